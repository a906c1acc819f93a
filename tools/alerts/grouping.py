"""Events from series: what stepped, what belongs together, and whether the machine did it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tools.alerts import events
from tools.alerts.detector import Detector
from tools.alerts.events import Line
from tools.detection.changes import explains, is_control
from tools.detection.sequential_test import NEGLIGIBLE
from tools.detection.significance import stands
from tools.results.metrics import Metric, metric_of
from tools.results.series import Point, Series

# Where no control was measured: this share of all series, when it steps at once, is the machine
_MOST = 0.6
_MANY = 6
# A step of d standard deviations may be seen about _BLUR / d**2 points off its place, and one of
# _SHARP or more in its place only
_BLUR, _SHARP, _MOST_BLUR = 8.0, 8.0, 3

Place = tuple[str, str, str]  # tool, stack, machine


@dataclass(frozen=True)
class Step:
    """One change of one series: after the measured revision `old`, at `new` at the latest."""

    place: Place
    old: int
    new: int
    line: Line
    control: bool  # PLINK or a sentinel: no upstream commit can change it
    stands: bool  # on its own points, were nothing measured again
    points: tuple[Point, ...]  # of both levels


@dataclass(frozen=True)
class Candidate:
    """Steps of one place between the same two measured revisions."""

    place: Place
    kind: str
    steps: tuple[Step, ...]

    @property
    def old(self) -> int:
        return max(step.old for step in self.steps)

    @property
    def new(self) -> int:
        return min(step.new for step in self.steps)

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(step.line for step in self.steps)


def steps_of(
    all_series: Iterable[Series],
    detect: Detector,
    declared: Mapping[str, Metric],
    tools: frozenset[str],
) -> list[Step]:
    """Every change in every series; `tools` are the classes that upstream commits can change."""
    found = []
    for series in all_series:
        metric = metric_of(series.benchmark, declared)
        changes = detect(series)
        edges = [0, *(change.index for change in changes), len(series.points)]
        for change, start, end in zip(changes, edges, edges[2:], strict=False):
            edge, before, after = change.index, change.old_level, change.new_level
            sides = series.points[start:edge], series.points[edge:end]
            if abs(after - before) <= metric.negligible or before <= 0 or after <= 0:
                continue
            if abs(math.log(after / before)) <= NEGLIGIBLE:
                continue  # could never be confirmed
            blur = _blur(*sides)
            positive = ([point.value for point in side if point.value > 0] for side in sides)
            line = Line(
                key=series.key,
                title=_title(series),
                unit=metric.unit,
                better=(after < before) == metric.lower_is_better,
                old_value=before,
                new_value=after,
            )
            old = series.points[max(start, edge - 1 - blur)].revision
            new = series.points[min(end - 1, edge + blur)].revision
            control = is_control(series.benchmark, tools)
            points = tuple(series.points[start:end])
            found.append(Step(_place(series), old, new, line, control, stands(*positive), points))
    return found


def _blur(before: Sequence[Point], after: Sequence[Point]) -> int:
    """How many points off its place noise may have shown a step between two levels."""
    sides = [
        np.log([point.value for point in side if point.value > 0]) for side in (before, after)
    ]
    levels = [float(np.median(side)) for side in sides]
    noise = np.concatenate([abs(side - level) for side, level in zip(sides, levels, strict=True)])
    deviation = 1.2533 * float(noise.mean())
    size = abs(levels[1] - levels[0])
    if size >= _SHARP * deviation:
        return 0
    return min(_MOST_BLUR, math.ceil(_BLUR * (deviation / size) ** 2)) if size else _MOST_BLUR


def group(
    steps: Iterable[Step], measured: Mapping[tuple[Place, int], Measured]
) -> list[Candidate]:
    """Steps whose ranges of commits overlap as one candidate; what got better apart from worse.

    A step is the machine's when a control stepped the same way, at least about as far. Where no
    control was measured, it is when nearly all of many series step at once. No machine changes
    what is counted, such as tasks and reads. What is taken for the code's wrongly is refuted when
    it is measured again, both sides in turn; the machine's cannot be, so only steps that stand on
    their own points speak for it. A control's timing that does not is no candidate yet.
    """
    candidates = []
    for members in _together(step for step in steps if step.stands or not _shows_machine(step)):
        controls = [_log(step) for step in members if _shows_machine(step)]
        beside = measured[members[0].place, members[0].new]
        shared = (
            not beside.controls
            and beside.series >= _MANY
            and sum(step.stands for step in members) >= _MOST * beside.series
        )
        own: dict[tuple[str, bool], list[Step]] = defaultdict(list)
        for step in members:
            machine = step.line.unit == events.TIME and (
                shared or any(explains(control, _log(step)) for control in controls)
            )
            own[events.MACHINE if machine else events.CODE, step.line.better].append(step)
        candidates += [
            Candidate(those[0].place, kind, tuple(those)) for (kind, _), those in own.items()
        ]
    return sorted(candidates, key=lambda one: (one.place, one.new, one.kind))


def _together(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Steps of one place that may all be of one commit: the first `new` is in all their ranges."""
    members: list[Step] = []
    for step in sorted(steps, key=lambda one: (one.place, one.new)):
        if members and (step.place != members[0].place or step.old >= members[0].new):
            yield members
            members = []
        members.append(step)
    if members:
        yield members


@dataclass(frozen=True)
class Measured:
    """How many series have a value at a place and revision, and how many of them are controls."""

    series: int
    controls: int


def count_measured(
    all_series: Iterable[Series], tools: frozenset[str]
) -> dict[tuple[Place, int], Measured]:
    """What was measured beside each other, by place and revision."""
    count: dict[tuple[Place, int], list[bool]] = defaultdict(list)
    for series in all_series:
        for point in series.points:
            count[_place(series), point.revision].append(is_control(series.benchmark, tools))
    return {key: Measured(len(flags), sum(flags)) for key, flags in count.items()}


def _shows_machine(step: Step) -> bool:
    return step.control and step.line.unit == events.TIME


def _log(step: Step) -> float:
    return math.log(step.line.ratio)


def _place(series: Series) -> Place:
    environment = series.environment
    return series.branch, str(environment.get("stack", "")), str(environment.get("machine", ""))


def _title(series: Series) -> str:
    task, tool, metric = series.benchmark.split(".")[-3:]
    plain = series.key.plain
    where = ", ".join(f"{name} {plain[name]}" for name in series.parameters)  # in asv's order
    return f"{task} in {tool}: {metric}" + (f" ({where})" if where else "")
