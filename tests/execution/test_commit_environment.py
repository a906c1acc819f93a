"""Preparing a commit: what is recorded, retried, and left alone."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.upstreams import examples
from tools.__main__ import main
from tools.common.errors import BuildError, DiskFullError, MissingError
from tools.environments import failures
from tools.environments.plan import NotCovered
from tools.execution import commit_environment
from tools.execution.commit_environment import CommitEnvironment
from tools.upstreams.mirror import Commit

DATE = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
COMMIT = Commit("one", "c" * 40, DATE, "Ann", "change", "", None, "git")


@pytest.fixture
def prepare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    calls = []

    def call(error: Exception) -> CommitEnvironment | None:
        def plan(*_: object) -> None:
            calls.append(error)
            raise error

        monkeypatch.setattr(commit_environment, "plan", plan)
        return commit_environment.prepare(
            examples.upstream("one"), COMMIT, "frozen", None, tmp_path
        )

    call.calls = calls
    return call


@pytest.mark.parametrize("command", ["retry", "forget"])
def test_a_failed_build_is_tried_again_after_a_retry_only(prepare, command, capsys) -> None:
    with pytest.raises(BuildError, match="no wheel"):
        prepare(BuildError("no wheel\nall of the output"))
    (failure,) = failures.recorded()
    assert failure.reason == "no wheel"
    assert "all of the output" in Path(failure.log).read_text()
    with pytest.raises(BuildError, match="environments retry cccccccc"):
        prepare(BuildError("another reason"))
    assert len(prepare.calls) == 1
    assert main(["environments", command, "cccc"]) == 0
    assert "in the next run: 1" in capsys.readouterr().out
    with pytest.raises(BuildError, match="another reason"):
        prepare(BuildError("another reason"))


def test_what_the_machine_lacks_is_not_the_commits_failure(prepare) -> None:
    with pytest.raises(MissingError):
        prepare(MissingError("no Python 3.8"))
    with pytest.raises(DiskFullError):
        prepare(BuildError("OSError: [Errno 28] No space left on device"))
    assert failures.recorded() == []


def test_a_stack_that_does_not_cover_a_commit_is_no_failure(prepare) -> None:
    assert prepare(NotCovered("the frozen stack does not cover it")) is None
    assert failures.recorded() == []
