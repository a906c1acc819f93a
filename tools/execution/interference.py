"""How much of the machine others had while something of ours ran: what disturbs a measurement.

The load average does not tell: it counts our own threads, and what ran a minute ago.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil


class Watch:
    """Adds up the CPU time of all that is not ours, from its making to `cores()`.

    Ours is as in strangers(). Time that a hypervisor gave to other machines counts as others'.
    """

    def __init__(self, mark: str, value: str) -> None:
        self._mark, self._value = mark, value
        self._started, self._before = time.monotonic(), self._seconds()

    def cores(self) -> float:
        """How many cores others had, on average; what nobody waits for when it ends is lost."""
        passed = time.monotonic() - self._started
        return max(0.0, self._seconds() - self._before) / max(passed, 0.01)

    def _seconds(self) -> float:
        found: float = getattr(psutil.cpu_times(), "steal", 0.0)
        # an ancestor's children may be ours
        above = {process.pid for process in psutil.Process().parents()} | {1}
        for process in strangers(self._mark, self._value):
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue  # ended meanwhile
            found += times.user + times.system
            if process.pid not in above:
                found += times.children_user + times.children_system
        return found


def strangers(mark: str, value: str) -> Iterator[psutil.Process]:
    """The processes that are not ours.

    Ours are this one, those below it, and those with the environment variable `mark` = `value`:
    a JVM may outlive its parent.
    """
    this = psutil.Process()
    own = {this, *this.children(recursive=True)}
    for process in psutil.process_iter():
        if process in own:
            continue
        try:
            if process.environ().get(mark) == value:
                continue
        except psutil.AccessDenied:
            pass  # another user's
        except psutil.Error:
            continue  # ended, or about to
        yield process
