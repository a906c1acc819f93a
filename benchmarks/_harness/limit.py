"""A time limit for a call, whatever it waits for."""

import signal
from contextlib import contextmanager


class TimeOver(BaseException):
    """The time limit is over. Not an Exception: tools retry those."""


@contextmanager
def limited(seconds):
    """Raise TimeOver in the code inside after `seconds`. For the main thread only."""

    def end(number, frame):
        raise TimeOver("not done after {:.0f} s".format(seconds))

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
