"""Events from series: what stepped, what belongs together, and whether the machine did it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tools.alerts import events
from tools.alerts.events import Event, Line, Store
from tools.alerts.sequential import NEGLIGIBLE
from tools.site.metrics import Metric, metric_of
from tools.site.series import Point, Series

# From a series' values: the index of the first point after each change.
Detector = Callable[[Sequence[Point]], list[int]]
# Where no control was measured: this share of all series, when it steps at once, is the machine
_MOST = 0.6
_MANY = 6
# so many times a control's step (as a log ratio) may be the machine's doing as well
_FARTHER = 1.5
_QUOTE = "'"  # asv keeps parameters as Python shows them

Place = tuple[str, str, str]  # tool, stack, machine


@dataclass(frozen=True)
class Step:
    """One change of one series, between two neighbouring measured revisions."""

    place: Place
    old: int
    new: int
    line: Line
    control: bool  # PLINK or a sentinel: no upstream commit can change it


@dataclass(frozen=True)
class Candidate:
    """Steps of one place between the same two measured revisions."""

    place: Place
    kind: str
    old: int
    new: int
    lines: tuple[Line, ...]


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
        edges = [0, *detect(series.points), len(series.points)]
        for start, edge, end in zip(edges, edges[1:], edges[2:], strict=False):
            before = _level(series.points[start:edge])
            after = _level(series.points[edge:end])
            if abs(after - before) <= metric.negligible or before <= 0 or after <= 0:
                continue
            if abs(math.log(after / before)) <= NEGLIGIBLE:
                continue  # could never be confirmed
            line = Line(
                target=target_of(series),
                title=_title(series),
                unit=metric.unit,
                better=(after < before) == metric.lower_is_better,
                old_value=before,
                new_value=after,
            )
            old, new = series.points[edge - 1].revision, series.points[edge].revision
            place = _place(series)
            found.append(Step(place, old, new, line, _is_control(series, tools)))
    return found


def group(
    steps: Iterable[Step], measured: Mapping[tuple[Place, int], Measured]
) -> list[Candidate]:
    """Steps at one place and revision as one candidate of the code, and one of the machine.

    A step is the machine's when a control stepped the same way, at least about as far. Where no
    control was measured, it is when nearly all of many series step at once. What is taken for
    the code's wrongly is refuted when it is measured again, both sides in turn.
    """
    together: dict[tuple[Place, int], list[Step]] = defaultdict(list)
    for step in steps:
        together[step.place, step.new].append(step)
    candidates = []
    for (place, new), members in together.items():
        controls = [_log(step) for step in members if step.control]
        beside = measured[place, new]
        shared = (
            not beside.controls
            and beside.series >= _MANY
            and len(members) >= _MOST * beside.series
        )
        own: dict[str, list[Step]] = defaultdict(list)
        for step in members:
            machine = shared or any(_explains(control, _log(step)) for control in controls)
            own[events.MACHINE if machine else events.CODE].append(step)
        candidates += [
            Candidate(
                place, kind, max(step.old for step in those), new,
                tuple(step.line for step in those),
            )
            for kind, those in own.items()
        ]  # fmt: skip
    return sorted(candidates, key=lambda one: (one.place, one.new, one.kind))


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
            count[_place(series), point.revision].append(_is_control(series, tools))
    return {key: Measured(len(flags), sum(flags)) for key, flags in count.items()}


def record(
    candidates: Iterable[Candidate], store: Store, hashes: Mapping[int, str]
) -> list[Event]:
    """Put candidates into the store; returns the events that are new.

    A candidate belongs to an event that it shares a series with when their ranges of commits
    overlap: with more points, the same change may be seen one commit earlier or later.
    """
    revisions = {commit: revision for revision, commit in hashes.items()}
    fresh = []
    for one in candidates:
        known = _known(one, store.all(), revisions)
        if known is None:
            tool, stack, machine = one.place
            fresh.append(
                store.add(tool, stack, machine, one.kind, hashes[one.old], hashes[one.new],
                          one.lines)
            )  # fmt: skip
        else:
            store.extend(known.id, one.lines)
    return fresh


def _known(one: Candidate, known: Iterable[Event], revisions: Mapping[str, int]) -> Event | None:
    targets = {line.target for line in one.lines}
    for event in known:
        if (event.tool, event.stack, event.machine) != one.place:
            continue
        old, new = revisions.get(event.old), revisions.get(event.new)
        if old is None or new is None or one.new < old or new < one.old:
            continue
        same = [line for line in event.lines if line.target in targets]
        ours = {line.target: line.better for line in one.lines}
        if any(ours[line.target] == line.better for line in same):
            return event
    return None


def _is_control(series: Series, tools: frozenset[str]) -> bool:
    return series.benchmark.split(".")[-2].lower() not in tools


def _log(step: Step) -> float:
    return math.log(step.line.ratio)


def _explains(control: float, other: float) -> bool:
    """Whether a control's log ratio is of the same sign, and not much smaller."""
    return control * other > 0 and abs(other) <= _FARTHER * abs(control)


def _level(points: Sequence[Point]) -> float:
    values = sorted(point.value for point in points)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _place(series: Series) -> Place:
    environment = series.environment
    return series.branch, str(environment.get("stack", "")), str(environment.get("machine", ""))


def target_of(series: Series) -> str:
    """asv's "module.Class.method-3" of a series."""
    return series.benchmark if series.index is None else f"{series.benchmark}-{series.index}"


def _title(series: Series) -> str:
    task, tool, metric = series.benchmark.split(".")[-3:]
    where = ", ".join(
        f"{name} {value.strip(chr(39))}" for name, value in series.parameters.items()
    )
    return f"{task} in {tool}: {metric}" + (f" ({where})" if where else "")
