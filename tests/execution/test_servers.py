"""Which Python a benchmark runs on, and what is imported there before."""

import datetime
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tools.environments.plan import Plan
from tools.execution import benchmark_runner
from tools.execution.benchmark_runner import BenchmarkRunner
from tools.execution.commit_environment import CommitEnvironment
from tools.results.series_key import SeriesKey
from tools.sandbox.policy import Policy
from tools.upstreams.mirror import Commit


class Recorded:
    alive = True

    def __init__(self, command: Sequence[str], env: Mapping[str, str], policy: Policy) -> None:
        self.python, self.preload = command[0], env.get("GWAS_PRELOAD")
        self.sees_commit = Path("commit") in policy.read
        started.append(self)

    def run(self, *_: object) -> tuple[str, int]:
        return "", 0

    def close(self) -> None: ...


started: list[Recorded] = []


def test_controls_get_nothing_of_a_commits_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmark_runner, "Server", Recorded)
    monkeypatch.setattr(benchmark_runner.atexit, "register", lambda close: None)
    runner = BenchmarkRunner(None, {"sgkit", "hail", "dask"})
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path))
    commit = Commit("sgkit", "c" * 40, datetime.datetime.now(), "Ann", "", "", None, "git")
    plan = Plan(commit, "frozen", "3.11", "", "made", (), ("sgkit",), False)
    environment = CommitEnvironment(plan, Path("commit"))
    started.clear()
    for benchmark, cores in (
        ("pca.Sgkit.time_compute", "1"), ("pca.Hail.time_compute", "1"),
        ("pca.Sgkit.time_compute", "2"), ("pca.Plink.time_end_to_end", "1"),
        ("pca.Plink.time_end_to_end", "2"), ("sentinels.Machine.time_file_read", None),
    ):  # fmt: skip
        arguments = ["script", "run", "benchmarks", f"{benchmark}-7", "[]", "None", "result"]
        key = SeriesKey.of(benchmark, {"cores": cores} if cores else {})
        options = {"env": {}, "timeout": 1}
        runner._in_server(environment, key, arguments, options)
    assert [(server.python, server.preload) for server in started] == [
        ("commit/bin/python", "1"), ("commit/bin/python", "2"), (sys.executable, None),
    ]  # fmt: skip
    assert [server.sees_commit for server in started] == [True, True, False]
