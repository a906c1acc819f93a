"""Which of several options was best with all else equal, and whether the samples are sure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.study.analysis import estimates
from tools.study.analysis.estimates import Estimate
from tools.study.analysis.measurements import Measurement


@dataclass(frozen=True)
class Choice:
    """The options of one condition, the fastest first."""

    condition: Mapping[str, Any]  # what was equal
    ranking: tuple[tuple[str, Measurement], ...]

    @property
    def good(self) -> tuple[str, ...]:
        """The fastest, and those that the samples do not show to be slower than it."""
        first = self.ranking[0][1]
        return tuple(
            option
            for option, point in self.ranking
            if point is first or not slower(ratio(point, first))
        )

    @property
    def decided(self) -> bool:
        """Whether any option is shown to be slower than the fastest."""
        return len(self.good) < len(self.ranking)

    @property
    def alike(self) -> bool:
        """Whether the samples show that no option is slower than the fastest by what matters."""
        ratios = [ratio(point, self.ranking[0][1]) for _, point in self.ranking[1:]]
        return all(one.high is not None and one.high <= one.worth for one in ratios)

    @property
    def ahead(self) -> Estimate:
        """How many times as long the next takes that is not good; the last where all are."""
        good = self.good
        rest = [point for option, point in self.ranking if option not in good]
        return ratio(rest[0] if rest else self.ranking[-1][1], self.ranking[0][1])


def slower(found: Estimate) -> bool:
    """Whether a ratio of times shows the one above the line to be slower."""
    return found.decided and found.value > 1


def ratio(over: Measurement, under: Measurement) -> Estimate:
    """How many times as long the one takes as the other."""
    return estimates.ratio(over.value, over.kept, under.value, under.kept, over.worth)


def choose(
    points: Iterable[Measurement],
    option: Callable[[Measurement], str],
    condition: Callable[[Measurement], Mapping[str, Any]],
) -> list[Choice]:
    """One choice for each condition that has two options or more."""
    groups: dict[tuple[Any, ...], dict[str, Measurement]] = defaultdict(dict)
    conditions = {}
    for point in points:
        equal = condition(point)
        key = tuple(equal.items())
        conditions[key] = equal
        groups[key][option(point)] = point
    found = []
    for key, options in groups.items():
        if len(options) < 2:
            continue
        ranking = tuple(sorted(options.items(), key=lambda item: item[1].value))
        found.append(Choice(conditions[key], ranking))
    return found
