"""Which of several options was best with all else equal, and whether the samples are sure of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.study import estimates
from tools.study.estimates import Estimate
from tools.study.measurements import Measurement


@dataclass(frozen=True)
class Choice:
    """The options of one condition, best first, and by how much the best is ahead of the next."""

    condition: Mapping[str, Any]  # what was equal
    ranking: tuple[tuple[str, Measurement], ...]
    ahead: Estimate  # the second's time / the best's

    @property
    def best(self) -> str | None:
        """The option to take; None where the samples do not decide."""
        return self.ranking[0][0] if self.ahead.decided else None

    def against(self, option: str, other: str) -> Estimate | None:
        """Time of one option / time of another; None where either was not measured."""
        points = dict(self.ranking)
        if option not in points or other not in points:
            return None
        return ratio(points[option], points[other])


def ratio(over: Measurement, under: Measurement) -> Estimate:
    """How many times as long the one takes as the other."""
    return estimates.ratio(over.value, over.samples, under.value, under.samples)


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
        ahead = ratio(ranking[1][1], ranking[0][1])
        found.append(Choice(conditions[key], ranking, ahead))
    return found
