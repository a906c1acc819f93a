"""Start a process that ends with the benchmark that started it, however that one ends."""

import ctypes
import signal
import subprocess

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def start(args, **kwargs):
    """A Popen whose process is killed by the kernel when this process dies.

    asv's time-out kills only the benchmark's own process.
    """
    return subprocess.Popen(args, preexec_fn=end_with_parent, **kwargs)


def end_with_parent():
    """Have the kernel kill this process when its parent dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
