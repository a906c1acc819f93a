"""CPU time used by other processes during a measurement.

Load average cannot replace it: it includes our own threads and the minute before.
"""

import time
from collections.abc import Iterator

import psutil


class InterferenceMeter:
    """Measures CPU time of foreign processes (see foreign_processes) and hypervisor steal."""

    def __init__(self, mark: str, value: str) -> None:
        self._mark, self._value = mark, value
        self._started, self._before = time.monotonic(), self._seconds()

    def mean_cores(self) -> float:
        """Mean number of cores used by others since construction.

        Misses processes that ended without being waited for.
        """
        elapsed = time.monotonic() - self._started
        return max(0.0, self._seconds() - self._before) / max(elapsed, 0.01)

    def _seconds(self) -> float:
        seconds: float = getattr(psutil.cpu_times(), "steal", 0.0)
        # the children of an ancestor include our own tree
        ancestors = {process.pid for process in psutil.Process().parents()} | {1}
        for process in foreign_processes(self._mark, self._value):
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue  # ended meanwhile
            seconds += times.user + times.system
            if process.pid not in ancestors:
                seconds += times.children_user + times.children_system
        return seconds


def foreign_processes(mark: str, value: str) -> Iterator[psutil.Process]:
    """Yield processes outside our tree.

    Our tree: this process, its descendants, and processes whose environment has `mark=value`
    (a JVM can outlive its parent).
    """
    this = psutil.Process()
    tree = {this, *this.children(recursive=True)}
    for process in psutil.process_iter():
        if process in tree:
            continue
        try:
            if process.environ().get(mark) == value:
                continue
        except psutil.AccessDenied:
            pass  # another user's process
        except psutil.Error:
            continue  # it ended
        yield process
