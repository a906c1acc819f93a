"""The table of releases that work: rows of earlier checks stay, in order."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.upstreams import examples
from tools.common.errors import BuildError
from tools.environments import compatibility
from tools.environments.plan import NotCovered
from tools.upstreams.mirror import Commit

DATE = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
EARLIER = """\
# What works with what

| release | stack | Python | packages | outcome |
|---|---|---|---|---|
| one 0.10.0 | frozen | 3.11 | numpy 1.26.4 | works |
| one 0.9.0 | frozen | 3.11 | numpy 1.26.4 | failed before |
"""


def commit(version: str) -> Commit:
    return Commit("one", "c" * 40, DATE, "Ann", "change", "", version, "index")


def test_a_check_replaces_its_rows_and_keeps_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes = {
        ("0.9.0", "frozen"): BuildError("no wheel\nsetup.py | not found"),
        ("0.9.0", "study"): NotCovered("the study stack does not cover it"),
    }

    def plan(upstream: object, commit: Commit, stack: str, mirror: object) -> None:
        raise outcomes[str(commit.version), stack]

    monkeypatch.setattr(compatibility, "TABLE", tmp_path / "compatibility.md")
    monkeypatch.setattr(compatibility, "plan", plan)
    compatibility.TABLE.write_text(EARLIER)
    upstreams = {"one": examples.upstream("one")}
    assert not compatibility.check(upstreams, None, [commit("0.9.0")], ["frozen", "study"])
    rows = [line for line in compatibility.TABLE.read_text().splitlines() if "| one" in line]
    assert rows == [
        "| one 0.9.0 | frozen |  |  | setup.py / not found |",
        "| one 0.9.0 | study |  |  | not covered |",
        "| one 0.10.0 | frozen | 3.11 | numpy 1.26.4 | works |",
    ]
    assert "one 0.9.0" in capsys.readouterr().out
    assert compatibility.check(upstreams, None, [commit("0.9.0")], ["study"])
