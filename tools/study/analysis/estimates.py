"""Values with intervals: how sure the samples are of a time, and of the ratio of two times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

LEVEL = 0.95
ENOUGH = 3  # samples, for an interval
WORTH = 1.1  # a ratio nearer to 1 decides nothing, however little runs of one thing differ


@dataclass(frozen=True)
class Estimate:
    """A positive quantity and its interval; None for one end means that nothing is known."""

    value: float
    low: float | None = None
    high: float | None = None
    worth: float = WORTH  # of a ratio: from where on it counts

    @property
    def decided(self) -> bool:
        """Of a ratio: whether all of the interval is beyond what counts, on one side of 1."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.worth or self.high < 1 / self.worth


def of(value: float, samples: Sequence[float]) -> Estimate:
    """A value with the 95 % interval of the samples' mean (on a log scale, by Student's t)."""
    logs = _logs(samples)
    if logs is None:
        return Estimate(value)
    mean, variance, n = logs
    spread = float(stats.t.ppf((1 + LEVEL) / 2, n - 1)) * math.sqrt(variance / n)
    return Estimate(value, math.exp(mean - spread), math.exp(mean + spread))


def ratio(
    over: float,
    over_samples: Sequence[float],
    under: float,
    under_samples: Sequence[float],
    worth: float = WORTH,
) -> Estimate:
    """over / under with its 95 % interval (on a log scale, by Welch's t), if samples suffice."""
    a, b = _logs(over_samples), _logs(under_samples)
    value = over / under
    if a is None or b is None:
        return Estimate(value, worth=worth)
    parts = a[1] / a[2], b[1] / b[2]
    error = math.sqrt(sum(parts))
    if error == 0:
        return Estimate(value, value, value, worth)
    freedom = error**4 / (parts[0] ** 2 / (a[2] - 1) + parts[1] ** 2 / (b[2] - 1))
    spread = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * error
    middle = a[0] - b[0]
    return Estimate(value, math.exp(middle - spread), math.exp(middle + spread), worth)


def _logs(samples: Sequence[float]) -> tuple[float, float, int] | None:
    """Mean and variance of the logarithms, and how many; None where they are too few."""
    if len(samples) < ENOUGH or min(samples) <= 0:
        return None
    logs = [math.log(sample) for sample in samples]
    mean = sum(logs) / len(logs)
    return mean, sum((one - mean) ** 2 for one in logs) / (len(logs) - 1), len(logs)
