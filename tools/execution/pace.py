"""Estimate remaining time, corrected by the speed of this machine so far."""

import math


class Pace:
    """The ratio of spent to estimated seconds, learned during a run."""

    def __init__(self) -> None:
        self._expected = self._spent = 0.0

    def learn(self, expected: float, spent: float) -> None:
        """Add work that took `spent` seconds and was estimated at `expected`."""
        self._expected += expected
        self._spent += spent

    def seconds(self, expected: float) -> float:
        """An estimate, corrected for this machine."""
        return expected * (self._spent / self._expected if self._expected else 1.0)


def clock(seconds: float) -> str:
    """Seconds as "3 min 20 s"; from two hours on as "2 h 5 min"."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    if minutes >= 120:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
