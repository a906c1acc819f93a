"""Where a series changed level: the one detector of nights, site, demo and evaluation.

Four rules, each for what the others cannot see (docs/detection.md has their error rates):

- LEVEL: levels that last, by the windowed search.
- NEWEST: the last one or two points, far off the level before them.
- SHORT: in a series of fewer than SHORT_SERIES points, steps and clear differences of neighbours.
- COUNT: every change of a count that repeats exactly; it replaces the other three.

A change point is a candidate. A night measures it again before it notifies anyone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from tools.detection import exact_counts, newest_points, short_series
from tools.detection.noise import Floats
from tools.detection.repeats import FEWEST, Pairs, spread
from tools.detection.short_series import QUANTILE
from tools.detection.significance import log_ratio_interval
from tools.detection.windowed_search import least_noise, windowed_search
from tools.results.series import Point

SHORT_SERIES = 20  # points
SAME_STEP = 2  # points between two rules' positions of one step, at most
_LARGEST = 100.0  # log ratio: a wider interval says nothing


class Rule(str, Enum):
    """What detected a change point. The Changes page shows the value."""

    LEVEL = "step"
    NEWEST = "newest points"
    SHORT = "short series"
    COUNT = "count"


@dataclass(frozen=True)
class ChangePoint:
    """The first point of a new level.

    A level is the median of the values between two change points, in the unit of the series.
    `interval` is None where a value is not positive, or the noise of two lone points unknown.
    """

    index: int
    old_level: float
    new_level: float
    interval: tuple[float, float] | None  # 99 %, of new / old level
    rule: Rule

    @property
    def ratio(self) -> float:
        """New / old level; infinite from 0."""
        return short_series.ratio(self.old_level, self.new_level)


def change_points(
    values: npt.ArrayLike,
    *,
    errors: npt.ArrayLike | None = None,
    exact: bool = False,
    repeats: Pairs = (),
    repeat_sd: float = 0.0,
) -> list[ChangePoint]:
    """The change points of a series, ascending.

    `values`: shape (points,), in commit order; NaN and infinite ones are missing and skipped.
    `errors`: shape (points,), the standard error of each value, NaN where unknown.
    `exact`: whether the metric is a count without noise (Metric.exact).
    `repeats`: pairs of values of one commit; fewer than repeats.FEWEST say nothing of the noise.
    `repeat_sd`: the standard deviation of values of one commit, where that is known instead.

    Raises ValueError where shapes do not fit or a noise is negative.
    """
    given = np.asarray(values, dtype=float)
    least_noise(given, errors, repeat_sd)  # checks the arguments
    present = np.flatnonzero(np.isfinite(given))
    series = given[present]
    if not len(series):
        return []
    if exact and exact_counts.repeats_exactly(series, repeats):
        rules = dict.fromkeys(exact_counts.changes(series), Rule.COUNT)
        return _described(series, np.zeros(len(series)), rules, present)
    if len(repeats) >= FEWEST:
        repeat_sd = max(repeat_sd, float(np.median(abs(series))) * spread(repeats) / math.sqrt(2))
    noise = np.full(len(series), repeat_sd or np.nan)
    if errors is not None and not exact:  # a count has no samples that could tell
        noise = np.fmax(noise, np.asarray(errors, dtype=float)[present])
    return _described(series, noise, _with_noise(series, noise), present)


def in_points(
    points: Sequence[Point], *, exact: bool = False, repeats: Pairs = ()
) -> list[ChangePoint]:
    """The change points of a measured series."""
    values = [point.value for point in points]
    errors = [standard_error(point) for point in points]
    return change_points(values, errors=errors, exact=exact, repeats=repeats)


def standard_error(point: Point) -> float:
    """The standard error of a value as far as its samples tell; NaN where they do not."""
    if point.interval is None:
        return math.nan
    return (point.interval[1] - point.interval[0]) / 2 / QUANTILE


def well_apart(old: Point, new: Point) -> bool:
    """Whether the samples of two points tell them apart; see short_series.well_apart."""
    return short_series.well_apart(old.value, new.value, standard_error(old), standard_error(new))


def _with_noise(series: Floats, errors: Floats) -> dict[int, Rule]:
    """The change points of a complete series with noise, and the rule of each."""
    rules = dict.fromkeys(windowed_search(series, errors=errors), Rule.LEVEL)
    if len(series) < SHORT_SERIES:
        short = short_series.changes(series, errors)
        rules = {
            at: rule
            for at, rule in rules.items()
            if all(abs(at - other) > SAME_STEP for other in short)
        } | dict.fromkeys(short, Rule.SHORT)
    newest = newest_points.change(series, errors, start=max(rules, default=0))
    if newest is not None:
        rules.setdefault(newest, Rule.NEWEST)
    return rules


def _described(
    series: Floats, errors: Floats, rules: dict[int, Rule], present: npt.NDArray[np.intp]
) -> list[ChangePoint]:
    """Change points with the levels on both sides."""
    edges = [0, *sorted(rules), len(series)]
    points = []
    for start, at, end in zip(edges, edges[1:], edges[2:], strict=False):
        old, new = series[start:at], series[at:end]
        levels = float(np.median(old)), float(np.median(new))
        points.append(
            ChangePoint(
                int(present[at]), *levels, _interval(old, new, errors[at - 1 : at + 1]), rules[at]
            )
        )
    return points


def _interval(old: Floats, new: Floats, errors: Floats) -> tuple[float, float] | None:
    """The interval of the ratio of two levels; `errors` are those of the points between them."""
    if min(old.min(), new.min()) <= 0:
        return None
    if len(old) + len(new) > 2:
        centre, half = log_ratio_interval(old, new)
        if abs(centre) + half > _LARGEST:
            return None
        return math.exp(centre - half), math.exp(centre + half)
    before, after, half_widths = old[0], new[0], QUANTILE * errors
    if not half_widths[0] < before:  # also where it is unknown
        return None
    low = (after - half_widths[1]) / (before + half_widths[0])
    high = (after + half_widths[1]) / (before - half_widths[0])
    return (float(low), float(high)) if math.isfinite(low + high) else None
