"""How long the rest will take: estimates, corrected by what this machine has shown so far."""

from __future__ import annotations

import math


class Pace:
    """How much slower this machine is than the estimates, learnt as it goes."""

    def __init__(self) -> None:
        self._expected = self._spent = 0.0

    def learn(self, expected: float, spent: float) -> None:
        """Take in that something took `spent` seconds which was estimated otherwise."""
        self._expected += expected
        self._spent += spent

    def seconds(self, expected: float) -> float:
        """What an estimate comes to here."""
        return expected * (self._spent / self._expected if self._expected else 1.0)


def clock(seconds: float) -> str:
    """Seconds as "3 min 20 s", and from two hours on as "2 h 5 min"."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    if minutes >= 120:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
