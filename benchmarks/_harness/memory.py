"""Peak resident memory of a process and its descendants, from /proc."""

import os
import subprocess
import sys
import threading
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_INTERVAL = 0.05  # seconds between samples; a sample of all processes costs 1 to 5 ms


def tree(root):
    """The process `root` and its descendants."""
    children = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            stat = Path("/proc", entry, "stat").read_text(errors="replace")
        except OSError:
            continue  # has ended
        # the name, in brackets, may hold spaces and brackets: count from its end
        parent = int(stat.rpartition(")")[2].split()[1])
        children.setdefault(parent, []).append(int(entry))
    pids = [root]
    for pid in pids:
        pids.extend(children.get(pid, ()))
    return pids


def resident(pid):
    """Resident bytes of a process; 0 when it has ended."""
    try:
        return int(Path("/proc", str(pid), "statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def high_water(pid):
    """Peak bytes of one process, as the kernel counts them: sampling would miss short peaks."""
    try:
        for line in Path("/proc", str(pid), "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


# A program may end before the first sample. The kernel reports its peak to the process that waits
# for it, but includes the memory of that process before exec: so a small interpreter starts the
# program, not this one with its libraries. It kills the program when its own parent has ended.
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
    """Run a program that starts no others; its exit status and peak in bytes.

    The least is about 10 MB: the interpreter that starts it.
    """
    output = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _WAIT, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    ).stdout.split()
    return int(output[-2]), int(output[-1])


class PeakMeter:
    """Samples the memory of a process tree in a thread until `stop`."""

    def __init__(self, pid):
        self.peak = 0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._over.wait(_INTERVAL):
            self._sample()

    def _sample(self):
        pids = tree(self._pid)
        total = sum(resident(pid) for pid in pids)
        # a short peak is missed in the sum, but not in a single process
        self.peak = max(self.peak, total, *map(high_water, pids))

    def stop(self):
        """The peak in bytes."""
        self._over.set()
        self._thread.join()
        self._sample()
        return self.peak
