"""Peak resident memory of a process and all that it started, from /proc."""

import os
import subprocess
import sys
import threading
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_INTERVAL = 0.05  # a look at all processes costs 1 to 5 ms


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


# A program may be over before a sample is taken. The kernel tells its peak to the process that
# waits for it, but counts in what the program's process held before it became the program: so a
# small interpreter must start it, not one full of libraries. It ends the program when orphaned.
_WAIT = """
import os, signal, sys, time
parent = os.getppid()
program = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
while True:
    pid, status, usage = os.wait4(program, os.WNOHANG)
    if pid:
        break
    if os.getppid() != parent:
        os.kill(program, signal.SIGKILL)
    time.sleep(0.001)
print(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 255, usage.ru_maxrss * 1024)
"""


def of_program(args):
    """Run a program that starts no others; its exit status and its peak in bytes.

    Below about 10 MB the peak is that of the small interpreter that starts it.
    """
    words = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _WAIT, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    ).stdout.split()
    return int(words[-2]), int(words[-1])


class Watch:
    """Sample a process tree in a thread until stopped; `peak` holds the most it held."""

    def __init__(self, pid):
        self.peak = 0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._over.wait(_INTERVAL):
            self._look()

    def _look(self):
        pids = tree(self._pid)
        together = sum(resident(pid) for pid in pids)
        # a peak between two samples is missed in the sum, but not in one process
        self.peak = max(self.peak, together, *map(high_water, pids))

    def stop(self):
        """The peak in bytes, a last look included."""
        self._over.set()
        self._thread.join()
        self._look()
        return self.peak
