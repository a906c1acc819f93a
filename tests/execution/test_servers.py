"""Which Python a benchmark runs on, and what is imported there before."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tools.common import paths
from tools.execution import asv_environment, benchmark_server
from tools.execution.asv_environment import PerCommit
from tools.results.series_key import SeriesKey
from tools.upstreams import config


class Recorded:
    alive = True

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.python, self.preload = command[0], env.get("GWAS_PRELOAD")
        started.append(self)

    def run(self, command: Mapping[str, object], timeout: float | None) -> tuple[str, int]:
        return "", 0

    def close(self) -> None: ...


started: list[Recorded] = []


def test_controls_get_nothing_of_a_commits_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark_server, "Server", Recorded)
    monkeypatch.setattr(asv_environment.atexit, "register", lambda close: None)
    monkeypatch.setattr(PerCommit, "_environment", lambda self, env: dict(env))
    one = PerCommit.__new__(PerCommit)
    one._servers, one._home = {}, Path("commit")
    one._upstreams = config.load(paths.ROOT / "upstreams.toml")
    started.clear()
    for benchmark, cores in (
        ("pca.Sgkit.time_compute", "1"), ("pca.Hail.time_compute", "1"),
        ("pca.Sgkit.time_compute", "2"), ("pca.Plink.time_end_to_end", "1"),
        ("pca.Plink.time_end_to_end", "2"), ("sentinels.Machine.time_file_read", None),
    ):  # fmt: skip
        arguments = ["script", "run", "benchmarks", f"{benchmark}-7", "[]", "None", "result"]
        key = SeriesKey.of(benchmark, {"cores": cores} if cores else {})
        one._run_forked(key, arguments, {"env": {}, "cwd": ".", "timeout": 1})
    assert [(server.python, server.preload) for server in started] == [
        ("commit/bin/python", "1"), ("commit/bin/python", "2"), (sys.executable, None),
    ]  # fmt: skip
