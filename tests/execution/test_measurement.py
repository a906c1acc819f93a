"""A value comes from a process of its own, of which nothing stays behind."""

from __future__ import annotations

import datetime
import json
import sys
import time
from pathlib import Path

import psutil
import pytest

from tools.common import paths
from tools.environments.plan import Plan
from tools.execution import cost_ledger, measurement, suite
from tools.execution.commit_environment import CommitEnvironment
from tools.execution.measurement import NoValue, TookTooLong
from tools.results.series_key import SeriesKey
from tools.upstreams.mirror import Commit


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommitEnvironment:
    """The environment of a commit is the one that the tests run in, and benchmarks of its own."""
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "made.py").write_text(
        "import subprocess, sys, time\n"
        "class Made:\n"
        "    def track_seven(self): return 7.0\n"
        "    def track_broken(self): raise ValueError('no such thing')\n"
        "    def track_hung(self):\n"
        "        sleep = [sys.executable, '-c', 'import time; time.sleep(1000)', 'made-orphan']\n"
        "        subprocess.Popen(sleep, start_new_session=True)\n"
        "        time.sleep(1000)\n"
    )
    (tmp_path / "benchmarks" / "__init__.py").touch()
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    commit = Commit("made", "c" * 40, datetime.datetime.now(), "Ann", "", "", None, "git")
    plan = Plan(commit, "frozen", "3.11", "", "made", (), ("made",), False)
    return CommitEnvironment(plan, Path(sys.prefix))


def test_a_value_and_what_it_cost(environment: CommitEnvironment, tmp_path: Path) -> None:
    cost_ledger.start()
    assert measurement.value(environment, SeriesKey("made.Made.track_seven")) == 7.0
    (file,) = (tmp_path / "cache" / "ledger").iterdir()
    whole = json.loads(file.read_text().splitlines()[-1])
    assert (whole["benchmark"], whole["phase"]) == ("made.Made.track_seven", "process")
    assert whole["seconds"] > 0


def test_a_failure_has_its_reason(environment: CommitEnvironment) -> None:
    with pytest.raises(NoValue, match=r"made\.Made\.track_broken failed at cccccccc"):
        measurement.value(environment, SeriesKey("made.Made.track_broken"))


def test_what_hangs_costs_its_limit_and_leaves_nothing(
    environment: CommitEnvironment, tmp_path: Path
) -> None:
    suite.benchmarks(tmp_path / "benchmarks")  # listed before the clock starts
    with pytest.raises(TookTooLong, match=r"took longer than [0-6] s"):
        measurement.value(
            environment, SeriesKey("made.Made.track_hung"), until=time.monotonic() + 6
        )
    left = [p.pid for p in psutil.process_iter() if "made-orphan" in " ".join(_command(p))]
    assert left == []


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.parametrize("data", ["['new', 'small', 'big']", "['big']", "['small', 'big', 'new']"])
def test_the_values_of_a_series_are_measured_wherever_the_lists_have_them(
    environment: CommitEnvironment, tmp_path: Path, data: str
) -> None:
    (tmp_path / "benchmarks" / "lists.py").write_text(
        "class Made:\n"
        f"    params = [{data}, [1, 2]]\n"
        "    param_names = ['data', 'cores']\n"
        "    def track_size(self, data, cores): return len(data) * 10 + cores\n"
    )
    key = SeriesKey.of("lists.Made.track_size", {"data": "'big'", "cores": "2"})
    assert measurement.value(environment, key) == 32
    gone = SeriesKey.of("lists.Made.track_size", {"data": "'medium'", "cores": "2"})
    with pytest.raises(NoValue, match=r"data='medium'\) is no longer among the benchmarks"):
        measurement.value(environment, gone)
