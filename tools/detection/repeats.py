"""Repeats of one commit (A/A): noise of a series, false alarms, smallest detectable change."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy import stats

from tools.detection import sequential_test

POWER = 0.8
_CLAIM = 1.1  # ratio that each run of repeats is tested for, both ways
Pairs = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Record:
    """False alarms on repeats: `alarms` of `judged` runs of FEWEST pairs."""

    judged: int
    alarms: int


FEWEST = sequential_test.LOOKS[0]


def spread(pairs: Pairs) -> float:
    """The standard deviation of the log ratios of two pairs or more."""
    return statistics.stdev(math.log(second / first) for first, second in pairs)


def minimal_detectable(pairs: Pairs) -> float | None:
    """The smallest ratio that is confirmed with a probability of POWER; None for too few pairs.

    From the spread of the pairs' log ratios, at the sequential test's last look.
    """
    if len(pairs) < FEWEST:
        return None
    count = sequential_test.LOOKS[-1]
    error = sequential_test.ERROR / len(sequential_test.LOOKS)
    quantiles = stats.t.ppf(1 - error / 2, count - 1) + stats.t.ppf(POWER, count - 1)
    return math.exp(
        sequential_test.NEGLIGIBLE + float(quantiles) * spread(pairs) / math.sqrt(count)
    )


def false_alarms(repeats: Mapping[str, Pairs]) -> Record:
    """Test each FEWEST repeats in a row as a candidate of 10 %, slower and faster."""
    judged = alarms = 0
    for pairs in repeats.values():
        for start in range(0, len(pairs) - FEWEST + 1, FEWEST):
            logs = [math.log(second / first) for first, second in pairs[start : start + FEWEST]]
            judged += 1
            alarms += any(
                sequential_test.judge(logs, claim).outcome == sequential_test.CONFIRMED
                for claim in (_CLAIM, 1 / _CLAIM)
            )
    return Record(judged, alarms)
