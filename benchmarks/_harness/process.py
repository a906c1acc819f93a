"""Start a process that ends with the benchmark that started it, however that one ends."""

import ctypes
import os
import signal
import subprocess

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def start(args, cpus=None, **kwargs):
    """A Popen whose process is killed by the kernel when this process dies.

    asv's time-out kills only the benchmark's own process. `cpus` are those it may run on, and what
    it starts. To be called in the main thread: the kernel looks at the thread that started it.
    """

    def before():
        end_with_parent()
        if cpus is not None:
            os.sched_setaffinity(0, cpus)

    return subprocess.Popen(args, preexec_fn=before, **kwargs)


def end_with_parent():
    """Have the kernel kill this process when its parent dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
