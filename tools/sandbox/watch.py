"""End a sandbox that uses up the machine: its memory, its disk or its threads.

The limits are on what the machine has left, because that costs three small reads, four times a
second. To add up the memory of a process tree would disturb the measurement.
"""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.sandbox.policy import Limits

_INTERVAL = 0.25  # seconds


class Watch:
    """Calls `stop` once with the reason when a limit is passed, until `end`."""

    def __init__(
        self, limits: Limits, folders: Sequence[Path], stop: Callable[[str], None]
    ) -> None:
        """`folders` are those that the sandbox writes to."""
        self._stop = stop
        self._disks = {}
        for folder in folders:
            free, least = _free(folder), limits.free_disk
            self._disks[os.stat(folder).st_dev] = folder, least if least < free else free // 2
        self._threads = _threads() + limits.threads
        self._memory = int(limits.free_memory * _memory("MemTotal"))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop watching."""
        self._over.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(_INTERVAL):
            reason = self._reason()
            if reason:
                self._stop(reason)
                return

    def _reason(self) -> str | None:
        for folder, least in self._disks.values():
            if _free(folder) < least:
                return f"it left less than {least / 1e6:.0f} MB free on the disk of {folder}"
        if _memory("MemAvailable") < self._memory:
            return f"it left less than {self._memory / 1e6:.0f} MB of memory"
        if _threads() > self._threads:
            return f"the machine had more than {self._threads} processes and threads"
        return None


def _free(folder: Path) -> int:
    """Bytes that a user other than root can still write."""
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize


def _threads() -> int:
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])


def _memory(name: str) -> int:
    """A line of /proc/meminfo, in bytes."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"/proc/meminfo has no {name}")
