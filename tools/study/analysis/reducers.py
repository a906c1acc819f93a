"""From the samples of a point to its one number: the study's rules, or asv's median.

Samples are in the order in which they were taken. Results keep all of them.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

ASV = "asv"
STUDY = "study"


@dataclass(frozen=True)
class Reducer:
    """Which samples are dropped before the mean of the others, three or more, is taken."""

    first: int = 0  # samples at the beginning
    extremes: bool = False  # then the largest and the smallest

    @property
    def least(self) -> int:
        """The number of samples that the rule needs."""
        return self.first + 3 + 2 * self.extremes


# one node: 3 runs; a warm cluster: 10 runs, mean of 3; a cold cluster: 5 runs, mean of 3
SINGLE_NODE = Reducer()
_RULES = {
    "distributed": Reducer(first=5, extremes=True),
    "distributed_cold": Reducer(extremes=True),
}


@dataclass(frozen=True)
class Reduced:
    """The number of a point, by which reducer, and the samples without the dropped first ones."""

    value: float
    reducer: str  # STUDY or ASV
    kept: tuple[float, ...]


def reduce(samples: Sequence[float], experiment: str) -> Reduced:
    """By the study's rule for a module of benchmarks; asv's median of too few samples."""
    rule = _RULES.get(experiment, SINGLE_NODE)
    if len(samples) < rule.least:
        return Reduced(statistics.median(samples), ASV, tuple(samples))
    kept = tuple(samples[rule.first :])
    return Reduced(statistics.fmean(sorted(kept)[1:-1] if rule.extremes else kept), STUDY, kept)
