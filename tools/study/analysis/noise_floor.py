"""How much measurements of one and the same thing differ here: what a ratio has to be beyond."""

from __future__ import annotations

import itertools
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tools.study import words
from tools.study.analysis.estimates import WORTH
from tools.study.analysis.measurements import TASKS, Measurement
from tools.study.page.tables import Table

# Modules that measure the same where what they vary has the tasks' own value, and these values.
_MODULES = ("scaling", "sharding", "caching", "hyperparameters", "filtering")
_OWN = {"chunks": "tiles", "partitions": "few", "cache": "warm", "calls": "one",
        "n_components": 10, "r2": 0.2, "window": 100}  # fmt: skip
_SHARE = 0.9  # of the pairs, which differ by no more than what counts


@dataclass(frozen=True)
class Pair:
    """Two measurements of one thing, and the ratio of the longer to the shorter."""

    longer: Measurement
    shorter: Measurement

    @property
    def ratio(self) -> float:
        return self.longer.value / self.shorter.value


def pairs(points: Iterable[Measurement]) -> list[Pair]:
    """All pairs of times of one thing, by task."""
    groups: dict[tuple[Any, ...], list[Measurement]] = defaultdict(list)
    for point in points:
        axes = dict(point.axes)
        plain = all(axes.pop(axis, own) == own for axis, own in _OWN.items())
        axes.pop("hyperparameter", None)
        if plain and point.experiment in _MODULES and point.metric.startswith("time_"):
            stack = point.stack if point.tool != "plink" else ""  # it is the same beside any
            thing = point.tool, point.release, stack, point.metric, *sorted(axes.items())
            groups[thing].append(point)
    found = [
        Pair(*sorted(two, key=lambda point: -point.value))
        for own in groups.values()
        for two in itertools.combinations(own, 2)
    ]
    return sorted(found, key=lambda pair: (TASKS.index(pair.longer.axes["task"]), pair.ratio))


def worth(found: Sequence[Pair]) -> float:
    """From where on a ratio counts: beyond 1.1, and beyond 90 % of the pairs."""
    return max(WORTH, _ninetieth(found)) if found else WORTH


def noted(points: Iterable[Measurement], worth: float) -> list[Measurement]:
    """The points, with what counts of a ratio between them."""
    return [replace(point, worth=worth) for point in points]


def table(found: Sequence[Pair]) -> Table:
    """What the pairs are, and in words how much they differ."""
    made = Table(
        id="repeats",
        title="How much runs of one thing differ",
        about="Several axes hold the same point: the same release, task, data and cores, in the "
        "shape that the data come in, warm, with the tasks' own hyperparameters. So do the runs "
        "of PLINK beside several commits.",
        head=["Task", "Tool", "What is timed", "Data and cores", "Longer", "Shorter", "Ratio"],
        rows=[],
        experiments=_MODULES,
    )
    for pair in found:
        own = pair.longer
        made.rows.append(
            [
                words.TASKS[own.axes["task"]], f"{words.TOOLS[own.tool]} {own.release}",
                words.METRICS[own.metric], words.setting(own.axes),
                *((words.seconds(one.value), one.experiment) for one in (own, pair.shorter)),
                words.times(pair.ratio),
            ]
        )  # fmt: skip
        made.behind += [own, pair.shorter]
    if found:
        ratios = [pair.ratio for pair in found]
        made.sentences = [
            f"{len(found)} pairs differ by {words.times(statistics.median(ratios))} times in the "
            f"middle, {words.times(_ninetieth(found))} at the 90th percentile, "
            f"{words.times(max(ratios))} at most."
        ]
    made.sentences.append(
        f"A ratio counts from {words.times(worth(found))} on: the larger of {WORTH} and the 90th "
        "percentile" + ("." if found else ", and nothing was measured twice.")
    )
    return made


def _ninetieth(found: Sequence[Pair]) -> float:
    """The least ratio that so many of the pairs do not exceed: of fewer than ten the largest."""
    ratios = sorted(pair.ratio for pair in found)
    return ratios[math.ceil(_SHARE * len(ratios)) - 1]
