"""Which processes count as foreign, and how their CPU time is measured."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import pytest

from tools.execution import interference

MARK = "GWAS_TEST_MARK"
_ORPHAN = (
    "import subprocess, sys; "
    "quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); "
    "print(subprocess.Popen(['sleep', '60'], **quiet).pid)"
)


@pytest.fixture
def orphan() -> Iterator[Callable[[str], int]]:
    """Start a process that outlives its parent, with a mark; its pid."""
    started: list[int] = []

    def start(mark: str) -> int:
        said = subprocess.run(
            [sys.executable, "-c", _ORPHAN],
            env={**os.environ, MARK: mark}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        started.append(int(said.stdout))
        return started[-1]

    yield start
    for pid in started:
        psutil.Process(pid).kill()


def test_ours_are_those_below_and_those_with_the_mark(orphan: Callable[[str], int]) -> None:
    child = subprocess.Popen(["sleep", "60"])
    try:
        marked, stranger = orphan("ours"), orphan("theirs")
        found = {process.pid for process in interference.foreign_processes(MARK, "ours")}
    finally:
        child.kill()
        child.wait()
    assert stranger in found
    assert not {marked, child.pid, os.getpid()} & found


def test_what_others_compute_is_counted_and_what_we_do_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Times:
        steal = 0.0
        user, system, children_user, children_system = 1.0, 0.5, 0.25, 0.25

    class Stranger:
        pid = 2_000_000_000

        def cpu_times(self) -> Times:
            return Times()

    found: list[Stranger] = []
    monkeypatch.setattr(psutil, "cpu_times", Times)
    monkeypatch.setattr(interference, "foreign_processes", lambda mark, value: found)
    meter = interference.InterferenceMeter(MARK, "ours")
    assert meter.mean_cores() == 0.0
    found.append(Stranger())
    monkeypatch.setattr(interference.time, "monotonic", lambda: meter._started + 4)
    assert meter.mean_cores() == 0.5
