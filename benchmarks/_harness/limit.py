"""End a call that takes too long, whatever it waits for."""

import signal
from contextlib import contextmanager


class TimeOver(BaseException):
    """The time was over. No Exception, so that no tool takes it for a failure to be retried."""


@contextmanager
def limited(seconds):
    """TimeOver in what runs inside, once the time is over; for the main thread only."""

    def end(number, frame):
        raise TimeOver("not done after {:.0f} s".format(seconds))

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
