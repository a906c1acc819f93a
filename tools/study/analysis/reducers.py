"""From the samples of a point to its one number: the study's rules, and asv's own statistic.

`samples` are in the order in which they were taken. Nothing is thrown away: results keep them all.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

ASV = "asv"
STUDY = "study"
NAMES = (STUDY, ASV)


@dataclass(frozen=True)
class Rule:
    """What of the samples is dropped before their mean is taken."""

    first: int = 0  # that many from the beginning
    extremes: bool = False  # of what is left, the largest and the smallest

    @property
    def least(self) -> int:
        """The number of samples that the study's three remaining ones need."""
        return self.first + 3 + 2 * self.extremes

    def words(self) -> str:
        """The rule as a sentence's part."""
        parts = [f"the first {self.first} dropped"] if self.first else []
        parts += ["the largest and the smallest dropped"] if self.extremes else []
        return ", ".join([*parts, "mean of the rest"])


# reference.toml, [method]
SINGLE_NODE = Rule()  # 3 runs, mean
CLUSTER_WARM = Rule(first=5, extremes=True)  # 10 runs: mean of 3
CLUSTER_COLD = Rule(extremes=True)  # 5 runs: mean of 3


@dataclass(frozen=True)
class Reduced:
    """The number of a point, by which rule, and of how many samples it was made."""

    value: float
    reducer: str  # one of NAMES
    used: int
    samples: int


def rule_for(benchmark: str) -> Rule:
    """The study's rule for a benchmark ("module.Class.metric")."""
    module = benchmark.partition(".")[0]
    return {"distributed": CLUSTER_WARM, "distributed_cold": CLUSTER_COLD}.get(module, SINGLE_NODE)


def study(samples: Sequence[float], rule: Rule) -> Reduced:
    """By the study's rule; ValueError with fewer samples than it needs."""
    if len(samples) < rule.least:
        raise ValueError(
            f"{len(samples)} samples, and the study's rule ({rule.words()}) needs {rule.least}"
        )
    kept = list(samples[rule.first :])
    if rule.extremes:
        kept = sorted(kept)[1:-1]
    return Reduced(statistics.fmean(kept), STUDY, len(kept), len(samples))


def asv(samples: Sequence[float]) -> Reduced:
    """asv's own: the median of all samples."""
    return Reduced(statistics.median(samples), ASV, len(samples), len(samples))


def reduce(samples: Sequence[float], benchmark: str) -> Reduced:
    """By the study's rule where there are enough samples for it, else by asv's own."""
    rule = rule_for(benchmark)
    return study(samples, rule) if len(samples) >= rule.least else asv(samples)
