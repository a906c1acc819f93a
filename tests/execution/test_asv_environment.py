"""What asv says at the end of a run that did not come to its end."""

from __future__ import annotations

import pickle
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from asv.util import ProcessError

from tools.common import asv_config
from tools.common.errors import DiskFullError, Interrupted, TrackerError, UsageError
from tools.execution.asv_environment import PerCommit
from tools.execution.benchmark_runner import BenchmarkRunner
from tools.upstreams.mirror import Mirror


@pytest.mark.parametrize(
    ("error", "expected", "said"),
    [
        (KeyboardInterrupt(), Interrupted, "run the same command again"),
        (OSError(28, "No space left on device"), DiskFullError, "free space"),
        (OSError(5, "Input/output error"), TrackerError, "Input/output error"),
    ],
)
def test_what_ends_a_benchmark_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, expected: type, said: str
) -> None:
    def measure(*_: object) -> None:
        raise error

    monkeypatch.setattr(BenchmarkRunner, "run", measure)
    entry = PerCommit.__new__(PerCommit)
    entry._runner = BenchmarkRunner.__new__(BenchmarkRunner)
    entry._environment, entry._global_env_vars = None, {}
    name = "sentinels.Machine.time_file_read"
    entry._benchmarks = {name: {"name": name, "params": [], "param_names": []}}
    command = ["benchmark.py", "run", "benchmarks", name]
    with pytest.raises(expected, match=said):
        entry.run([*command, "[]", "None", "result.json"])


def test_tags_are_refused_before_anything_is_listed_or_built() -> None:
    entry = PerCommit.__new__(PerCommit)
    with pytest.raises(UsageError, match="HASHFILE"):
        entry.install_project(None, None, "sgkit/0.7.0")


def test_asv_can_hand_it_to_another_process() -> None:
    """`asv run --parallel` does, before the plugin can refuse that."""
    entry = PerCommit(asv_config.load(), "auto", {"stack": "frozen"}, {})
    assert pickle.loads(pickle.dumps(entry)).name == entry.name


@pytest.mark.parametrize("tool", [None, "gone"])
def test_a_commit_of_no_tracked_branch_keeps_its_results(
    monkeypatch: pytest.MonkeyPatch, tool: str | None
) -> None:
    """Upstream rewrote its history, or upstreams.toml lost a table; asv goes on."""

    def commit(_: Mirror, name: str) -> SimpleNamespace:
        if tool is None:
            raise UsageError("on no tracked branch")
        return SimpleNamespace(tool=tool)

    monkeypatch.setattr(Mirror, "commit", commit)
    entry = PerCommit.__new__(PerCommit)
    entry._installed = entry._environment = None
    entry._stack, entry._upstreams, entry._benchmarks = "frozen", {}, {"x": {}}
    entry._writer, entry._runner = Mock(set_aside_damaged=Mock(return_value=None)), Mock()
    with pytest.raises(ProcessError):  # which asv takes for a failed build
        entry.install_project(None, None, "a" * 40)
    entry._writer.protect.assert_called_once_with("a" * 40, may_fail=False)
