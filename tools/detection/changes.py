"""Change points as the site and the demo show them: of which series, at which commits, whose."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from tools.detection.change_points import ChangePoint
from tools.detection.short_series import magnitude
from tools.results.metrics import Metric, metric_of
from tools.results.series import Point, Series
from tools.results.series_key import tool_class

_MACHINE = 1.5  # times a control's log ratio, up to which the machine may explain another one


@dataclass(frozen=True)
class Change:
    """One change point of one series."""

    tool: str  # the branch
    benchmark: str
    parameters: dict[str, str]
    environment: dict[str, str | None]  # without the branch
    kind: str  # the rule that detected it
    old_commit: str
    new_commit: str
    before: Point  # the two points that the change is between
    after: Point
    old_value: float  # of the levels
    new_value: float
    unit: str
    ratio: float  # new / old level
    interval: tuple[float, float] | None  # of the ratio
    better: bool
    control: bool  # PLINK or a sentinel: only the machine can change it
    index: int | None  # of the parameter set
    machine: bool = False  # a timing that a control's change may explain

    @property
    def size(self) -> float:
        """The ratio as a factor of at least 1."""
        return magnitude(self.ratio)

    def as_json(self) -> dict[str, Any]:
        """An entry of changes.json. JSON has no infinity: the ratio is None then."""
        entry = {name: value for name, value in vars(self).items() if name not in _POINTS}
        return entry | {
            "ratio": self.ratio if math.isfinite(self.ratio) else None,
            "old_revision": self.before.revision,
            "new_revision": self.after.revision,
        }


_POINTS = ("before", "after")


def of_series(
    series: Series,
    change_points: Iterable[ChangePoint],
    metric: Metric,
    commits: Mapping[int, str],
    tools: Set[str],
) -> list[Change]:
    """The change points of one series as changes, without those within rounding.

    `commits` are the hashes by revision; `tools` the classes that upstream commits can change.
    """
    changes = []
    for point in change_points:
        if abs(point.new_level - point.old_level) <= metric.negligible:
            continue
        before, after = series.points[point.index - 1 : point.index + 1]
        changes.append(
            Change(
                tool=series.branch,
                benchmark=series.benchmark,
                parameters=series.parameters,
                environment={k: v for k, v in series.environment.items() if k != "branch"},
                kind=point.rule.value,
                old_commit=commits[before.revision],
                new_commit=commits[after.revision],
                before=before,
                after=after,
                old_value=point.old_level,
                new_value=point.new_level,
                unit=metric.unit,
                ratio=point.ratio,
                interval=point.interval,
                better=(point.new_level < point.old_level) == metric.lower_is_better,
                control=is_control(series.benchmark, tools),
                index=series.index,
            )
        )
    return changes


def of_all(
    detected: Iterable[tuple[Series, Iterable[ChangePoint]]],
    declared: Mapping[str, Metric],
    commits: Mapping[int, str],
    tools: Set[str],
) -> list[Change]:
    """The changes of all series, the largest first, with `machine` set; arguments as of_series."""
    return largest_first(
        [
            change
            for series, points in detected
            for change in of_series(
                series, points, metric_of(series.benchmark, declared), commits, tools
            )
        ]
    )


def is_control(benchmark: str, tools: Set[str]) -> bool:
    """Whether no upstream commit can change it: its class (PLINK, sentinel) is not in `tools`."""
    return tool_class(benchmark) not in tools


def explains(control: float, other: float) -> bool:
    """Whether a control's change may explain that of another timing, by their log ratios.

    It may when both have the same sign, and the other's is at most _MACHINE times the control's.
    """
    return control * other > 0 and abs(other) <= _MACHINE * abs(control)


def largest_first(changes: Sequence[Change]) -> list[Change]:
    """The changes by size, with `machine` set where a control says that the machine made them.

    That is a timing whose control changed the same way in the same environment, over the same
    commits or some of them, and not much less. No machine changes counts or memory.
    """
    controls: dict[Any, list[Change]] = defaultdict(list)
    for change in changes:
        if change.control and change.unit == "seconds":
            controls[_environment(change)].append(change)
    marked = [
        replace(
            change,
            machine=change.unit == "seconds"
            and not change.control
            and any(_explained(change, control) for control in controls[_environment(change)]),
        )
        for change in changes
    ]
    return sorted(marked, key=lambda change: -change.size)


def _environment(change: Change) -> tuple[str, frozenset[tuple[str, str | None]]]:
    return change.tool, frozenset(change.environment.items())


def _explained(change: Change, control: Change) -> bool:
    overlap = (
        control.before.revision < change.after.revision
        and change.before.revision < control.after.revision
    )
    return (
        overlap
        and min(control.ratio, change.ratio) > 0
        and explains(math.log(control.ratio), math.log(change.ratio))
    )
