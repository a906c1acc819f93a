"""Candidate events from change points: which of them may be of one commit, and of the machine."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tools.alerts import events
from tools.alerts.detector import Detector
from tools.alerts.events import Scope, SeriesChange
from tools.detection.changes import explains, is_control
from tools.detection.sequential_test import NEGLIGIBLE
from tools.detection.significance import stands
from tools.results.metrics import Metric, metric_of
from tools.results.series import Point, Series

# where no control was measured: a change of this share of all series at once is the machine's,
_MOST = 0.6
_MANY = 6  # if there are this many series
# A change of d standard deviations may be detected about _BLUR / d**2 points off its place, and
# one of _SHARP or more in its place only
_BLUR, _SHARP, _MOST_BLUR = 8.0, 8.0, 3


@dataclass(frozen=True)
class Detection:
    """One change point: after the measured revision `old`, at `new` at the latest."""

    scope: Scope
    old: int
    new: int
    change: SeriesChange
    control: bool  # PLINK or a sentinel: no upstream commit can change it
    stands: bool  # significant by the points of the series alone
    points: tuple[Point, ...]  # of both levels

    @property
    def shows_machine(self) -> bool:
        """Whether it is the timing of a control."""
        return self.control and self.change.unit == events.TIME


@dataclass(frozen=True)
class Candidate:
    """Detections of one scope between the same two measured revisions."""

    scope: Scope
    kind: str
    detections: tuple[Detection, ...]

    @property
    def old(self) -> int:
        return max(detection.old for detection in self.detections)

    @property
    def new(self) -> int:
        return min(detection.new for detection in self.detections)

    @property
    def changes(self) -> tuple[SeriesChange, ...]:
        return tuple(detection.change for detection in self.detections)


def detections_of(
    all_series: Iterable[Series],
    detect: Detector,
    declared: Mapping[str, Metric],
    tools: frozenset[str],
) -> list[Detection]:
    """The change points of all series; `tools` are the classes that upstream commits can change.

    Changes that are rounding, or too small to be confirmed, are left out.
    """
    detections = []
    for series in all_series:
        metric = metric_of(series.benchmark, declared)
        change_points = detect(series)
        edges = [0, *(point.index for point in change_points), len(series.points)]
        for change_point, start, end in zip(change_points, edges, edges[2:], strict=False):
            edge, before, after = (
                change_point.index, change_point.old_level, change_point.new_level,
            )  # fmt: skip
            if abs(after - before) <= metric.negligible or before <= 0 or after <= 0:
                continue
            if abs(math.log(after / before)) <= NEGLIGIBLE:
                continue
            sides = [
                [point.value for point in points if point.value > 0]
                for points in (series.points[start:edge], series.points[edge:end])
            ]
            blur = _blur(*sides)
            detections.append(
                Detection(
                    scope=scope_of(series),
                    old=series.points[max(start, edge - 1 - blur)].revision,
                    new=series.points[min(end - 1, edge + blur)].revision,
                    change=SeriesChange(
                        key=series.key,
                        title=_title(series),
                        unit=metric.unit,
                        better=(after < before) == metric.lower_is_better,
                        old_value=before,
                        new_value=after,
                    ),
                    control=is_control(series.benchmark, tools),
                    stands=stands(*sides),
                    points=tuple(series.points[start:end]),
                )
            )
    return detections


def _blur(before: Sequence[float], after: Sequence[float]) -> int:
    """How many points off its place noise may have moved the change between two levels."""
    sides = [np.log(side) for side in (before, after)]
    levels = [float(np.median(side)) for side in sides]
    noise = np.concatenate([abs(side - level) for side, level in zip(sides, levels, strict=True)])
    deviation = 1.2533 * float(noise.mean())
    size = abs(levels[1] - levels[0])
    if size >= _SHARP * deviation:
        return 0
    return min(_MOST_BLUR, math.ceil(_BLUR * (deviation / size) ** 2)) if size else _MOST_BLUR


@dataclass(frozen=True)
class Measured:
    """How many series have a value at a revision, and how many of them are controls."""

    series: int
    controls: int


def count_measured(
    all_series: Iterable[Series], tools: frozenset[str]
) -> dict[tuple[Scope, int], Measured]:
    """The numbers of series and controls at each revision of each scope."""
    flags: dict[tuple[Scope, int], list[bool]] = defaultdict(list)
    for series in all_series:
        scope, control = scope_of(series), is_control(series.benchmark, tools)
        for revision in series.revisions:
            flags[scope, revision].append(control)
    return {key: Measured(len(controls), sum(controls)) for key, controls in flags.items()}


def group(
    detections: Iterable[Detection], measured: Mapping[tuple[Scope, int], Measured]
) -> list[Candidate]:
    """Detections whose ranges of commits overlap, as one candidate for each kind and direction.

    A timing is the machine's when a control changed the same way and about as much. Where no
    control was measured, it is when most of many series changed at once. Counts are never the
    machine's: it cannot change them.

    A change that is wrongly called the code's is refuted when it is measured again. One that is
    wrongly called the machine's cannot be, so only significant detections speak for the machine. A
    control's timing that is not significant is no candidate yet.
    """
    candidates = []
    for members in _overlapping(one for one in detections if one.stands or not one.shows_machine):
        controls = [_log_ratio(detection) for detection in members if detection.shows_machine]
        counts = measured[members[0].scope, members[0].new]
        shared = (
            not counts.controls
            and counts.series >= _MANY
            and sum(detection.stands for detection in members) >= _MOST * counts.series
        )
        parts: dict[tuple[str, bool], list[Detection]] = defaultdict(list)
        for detection in members:
            machine = detection.change.unit == events.TIME and (
                shared or any(explains(control, _log_ratio(detection)) for control in controls)
            )
            kind = events.MACHINE if machine else events.CODE
            parts[kind, detection.change.better].append(detection)
        candidates += [
            Candidate(part[0].scope, kind, tuple(part)) for (kind, _), part in parts.items()
        ]
    return sorted(
        candidates, key=lambda candidate: (candidate.scope, candidate.new, candidate.kind)
    )


def _overlapping(detections: Iterable[Detection]) -> Iterator[list[Detection]]:
    """Detections of one scope that may be of one commit: all ranges hold the first `new`."""
    members: list[Detection] = []
    for detection in sorted(detections, key=lambda detection: (detection.scope, detection.new)):
        if members and (detection.scope != members[0].scope or detection.old >= members[0].new):
            yield members
            members = []
        members.append(detection)
    if members:
        yield members


def scope_of(series: Series) -> Scope:
    """The tool, stack and machine of a series."""
    environment = series.environment
    return series.branch, str(environment.get("stack", "")), str(environment.get("machine", ""))


def _log_ratio(detection: Detection) -> float:
    return math.log(detection.change.ratio)


def _title(series: Series) -> str:
    task, tool, metric = series.benchmark.split(".")[-3:]
    plain = series.key.plain
    values = ", ".join(f"{name} {plain[name]}" for name in series.parameters)  # in asv's order
    return f"{task} in {tool}: {metric}" + (f" ({values})" if values else "")
