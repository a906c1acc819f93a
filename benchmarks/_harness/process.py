"""Start processes that end with the benchmark that started them, however it ends."""

import ctypes
import os
import signal
import subprocess

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def start(args, cpus=None, **kwargs):
    """A Popen whose process the kernel kills when this process dies.

    asv's time-out kills only the benchmark's own process. `cpus` restricts the process and its
    children. Call it in the main thread: the kernel watches the thread that started the process.
    """

    def before():
        end_with_parent()
        if cpus is not None:
            os.sched_setaffinity(0, cpus)

    return subprocess.Popen(args, preexec_fn=before, **kwargs)


def end_with_parent():
    """Have the kernel kill this process when its parent dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
