"""What asv says of files and environments becomes what there is to do."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from tools.common import asv_messages

Say = Callable[[str], None]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Say:
    root = logging.getLogger()
    monkeypatch.setattr(root, "filters", [])
    asv_messages.explain(["stack-a", "stack-b"])
    return root.warning


def test_a_damaged_file_is_named_once(say: Say, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        say("Error parsing JSON in file 'results/box/abc.json': Expecting value")
    say("Skipping results: Error parsing JSON in file 'results/box/machine.json': Expecting")
    say("No version specified in results/box/def.json.")
    say("something else")
    first, machine, other, plain = caplog.messages
    assert first.startswith("results/box/abc.json cannot be read: it is left out")
    assert "`asv run` on that machine writes it again" in machine
    assert other.startswith("results/box/def.json cannot be read")
    assert plain == "something else"


def test_an_unknown_environment_names_ours(say: Say, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):  # asv says it for each entry of its matrix
        say("Unknown environment type 'stack-x'. Allowed values based on plugins are [...]")
    assert caplog.messages == [
        "there is no environment 'stack-x'; -E takes one of stack-a, stack-b"
    ]


def test_the_output_of_upstreams_code_does_nothing_to_the_terminal(
    say: Say, caplog: pytest.LogCaptureFixture
) -> None:
    say("x\x1b[2J\x1b]0;title\x07 https://ann:s3cret@example.org\nnext")
    assert caplog.messages == ["x https://***@example.org\nnext"]
