"""Peak resident memory of a process and all that it started, from /proc."""

import itertools
import os
import threading
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_INTERVAL = 0.001
_TREE_EVERY = 20  # intervals: finding the tree costs milliseconds


def tree(root):
    """The process `root` and its descendants."""
    children = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            stat = Path("/proc", entry, "stat").read_text(errors="replace")
        except OSError:
            continue  # ended meanwhile
        # the name, in brackets, may hold spaces and brackets: count from its end
        parent = int(stat.rpartition(")")[2].split()[1])
        children.setdefault(parent, []).append(int(entry))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def resident(pid):
    """Bytes of a process in memory now; 0 when it has ended."""
    try:
        return int(Path("/proc", str(pid), "statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def high_water(pid):
    """The kernel's own peak of a single process: exact, where sampling is not."""
    try:
        for line in Path("/proc", str(pid), "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


class Watch:
    """Sample a process tree in a thread until stopped; `peak` holds the most it held."""

    def __init__(self, pid):
        self.peak = 0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        for turn in itertools.count():
            # PLINK may be over in 5 ms: look often at the process itself, whose own peak the
            # kernel keeps, and less often at the sum over its tree
            self.peak = max(self.peak, high_water(self._pid))
            if turn % _TREE_EVERY == _TREE_EVERY - 1:
                self._look_at_tree()
            if self._over.wait(_INTERVAL):
                return

    def _look_at_tree(self):
        pids = tree(self._pid)
        together = sum(resident(pid) for pid in pids)
        self.peak = max(self.peak, together, *map(high_water, pids))

    def stop(self):
        """The peak in bytes, a last look included."""
        self._over.set()
        self._thread.join()
        self._look_at_tree()
        if not self.peak:
            raise RuntimeError("the process ended before its memory could be looked at")
        return self.peak
