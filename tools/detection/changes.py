"""What became faster or slower, where and by how much, in every series of results."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from asv import step_detect
from asv.repo import Repo
from asv.results import iter_results

from tools.common import asv_config, paths
from tools.results import metrics as metrics_module
from tools.results import series as series_module
from tools.results.metrics import Metric
from tools.results.series import Point, Series

STEP = "step"
NEIGHBOURS = "between neighbours"
NEIGHBOUR_RATIO = 1.3  # a difference between two neighbours that is worth a line
UNKNOWN_NOISE_RATIO = 2.0  # the same, for timings with too few samples to know their noise
_FARTHER = 1.5  # so many times a control's change (as a log ratio) may be the machine's doing

Step = tuple[
    int, int, float, float, float
]  # asv's: left, right (exclusive), value, minimum, error


@dataclass(frozen=True)
class Difference:
    """A change between two measured revisions of one series."""

    kind: str  # STEP: a level that lasts, by asv's detection; NEIGHBOURS: two points that differ
    old: int
    new: int
    old_value: float
    new_value: float
    interval: tuple[float, float] | None  # of the ratio new / old

    @property
    def ratio(self) -> float:
        return _ratio(self.old_value, self.new_value)


@dataclass(frozen=True)
class Change:
    """A change in words' reach: whose, of what, from which commit to which, better or worse."""

    tool: str  # the branch
    benchmark: str
    parameters: dict[str, str]
    environment: dict[str, str | None]
    kind: str
    old_commit: str
    new_commit: str
    old_revision: int
    new_revision: int
    old_value: float
    new_value: float
    unit: str
    ratio: float  # new / old
    interval: tuple[float, float] | None  # of the ratio
    better: bool
    control: bool  # PLINK or a sentinel: no upstream commit can change it, but the machine can
    index: int | None
    machine: bool = False  # a timing that moved as a control beside it did

    @property
    def size(self) -> float:
        """How many times larger or smaller, at least 1: what changes are sorted by."""
        return magnitude(self.ratio)

    def as_json(self) -> dict[str, Any]:
        """The change as JSON has it, which knows no infinity."""
        found = asdict(self)
        found["ratio"] = self.ratio if math.isfinite(self.ratio) else None
        return found


def differences(points: Sequence[Point], steps: Iterable[Step]) -> list[Difference]:
    """asv's steps of a series, and the large differences between neighbours that it passes over.

    asv's penalised fit passes over most levels of one or two points in a series of 6 to 12, even
    of twice the value, and with two or three points calls any difference a step. So a step to or
    from a level of one point counts only when the two points at it are well apart; and so does a
    pair of neighbours without a step between them whose ratio is NEIGHBOUR_RATIO or more. Well
    apart is by more than half of the wider interval: runs differ more than one run's samples do.
    """
    found = _between_steps(list(steps), points)
    told = {(step.new, step.ratio > 1) for step in found}
    for old, new in pairwise(points):
        ratio = _ratio(old.value, new.value)
        if (new.revision, ratio > 1) in told or magnitude(ratio) < NEIGHBOUR_RATIO:
            continue
        if not well_apart(old, new):
            continue
        interval = None
        if old.interval and new.interval and old.interval[0] > 0:
            interval = new.interval[0] / old.interval[1], new.interval[1] / old.interval[0]
        found.append(
            Difference(NEIGHBOURS, old.revision, new.revision, old.value, new.value, interval)
        )
    return sorted(found, key=lambda difference: difference.new)


def detect_steps(points: Sequence[Point]) -> list[Step]:
    """asv's own step detection on a series, for callers that do not have its graphs."""
    steps = step_detect.detect_steps([p.value for p in points], [p.weight for p in points])
    return [
        (points[left].revision, points[right - 1].revision + 1, value, minimum, error)
        for left, right, value, minimum, error in steps
    ]


def changes_in(
    series: Series,
    steps: Iterable[Step],
    metric: Metric,
    commits: Mapping[int, str],
    tools: Set[str],
) -> list[Change]:
    """The differences of one series as changes; those within rounding are left out."""
    return [
        Change(
            tool=series.branch,
            benchmark=series.benchmark,
            parameters=series.parameters,
            environment={k: v for k, v in series.environment.items() if k != "branch"},
            kind=found.kind,
            old_commit=commits[found.old],
            new_commit=commits[found.new],
            old_revision=found.old,
            new_revision=found.new,
            old_value=found.old_value,
            new_value=found.new_value,
            unit=metric.unit,
            ratio=found.ratio,
            interval=found.interval,
            better=(found.new_value < found.old_value) == metric.lower_is_better,
            control=is_control(series.benchmark, tools),
            index=series.index,
        )
        for found in differences(series.points, steps)
        if abs(found.new_value - found.old_value) > metric.negligible
    ]


def is_control(benchmark: str, tools: Set[str]) -> bool:
    """Whether no upstream commit can change it: PLINK and the sentinels are of no such tool."""
    return tools.isdisjoint(benchmark.lower().split(".")[-2:-1])


def find_changes(
    results_dir: str | Path,
    benchmarks: Mapping[str, dict[str, Any]],
    repo: Repo,
    *,
    branches: Sequence[str] | None = None,
    metrics: Mapping[str, Metric] | None = None,
) -> list[Change]:
    """All changes in the results, the largest first.

    `benchmarks` and `repo` are asv's (`Benchmarks.load(conf)`, `get_repo(conf)`); branches and
    metrics are those of this checkout unless given.
    """
    if branches is None:
        branches = asv_config.load().branches
    if metrics is None:
        metrics = metrics_module.load(paths.ROOT / "benchmarks" / "metrics.json")
    results = list(iter_results(str(results_dir)))
    revisions = repo.get_revisions({result.commit_hash for result in results})
    on_branch = {branch: set(repo.get_branch_commits(branch)) for branch in branches}
    commits = {revision: commit for commit, revision in revisions.items()}
    found = [
        change
        for series in series_module.read(results, benchmarks, revisions, on_branch)
        for change in changes_in(
            series,
            detect_steps(series.points),
            metrics_module.metric_of(series.benchmark, metrics),
            commits,
            set(branches),
        )
    ]
    return by_size(with_machine(found))


def explains(control: float, other: float) -> bool:
    """Whether what moved a control may have moved another timing, by the logs of their ratios.

    It may when both have the same sign, and the control's is not much smaller.
    """
    return control * other > 0 and abs(other) <= _FARTHER * abs(control)


def with_machine(changes: Iterable[Change]) -> list[Change]:
    """The same changes; `machine` is set where a control says that the machine may have done it.

    That is a timing whose control (in the same environment, over the same commits or some of
    them) moved the same way, and not much less. What is counted or weighed is never the machine's.
    """
    found = list(changes)
    controls: dict[Any, list[Change]] = defaultdict(list)
    for change in found:
        if change.control and change.unit == "seconds":
            controls[_place(change)].append(change)
    return [
        replace(change, machine=any(_moved_along(one, change) for one in controls[_place(change)]))
        if change.unit == "seconds" and not change.control
        else change
        for change in found
    ]


def _place(change: Change) -> tuple[str, frozenset[tuple[str, str | None]]]:
    return change.tool, frozenset(change.environment.items())


def _moved_along(control: Change, change: Change) -> bool:
    apart = (
        control.new_revision <= change.old_revision or control.old_revision >= change.new_revision
    )
    if apart or min(control.ratio, change.ratio) <= 0:
        return False
    return explains(math.log(control.ratio), math.log(change.ratio))


def by_size(changes: Iterable[Change]) -> list[Change]:
    """The largest first; equals stay in the order of their series."""
    return sorted(changes, key=lambda change: -change.size)


def magnitude(ratio: float) -> float:
    """A ratio as a factor of at least 1, whichever way it goes."""
    return math.inf if ratio <= 0 else max(ratio, 1 / ratio)


def _between_steps(steps: list[Step], points: Sequence[Point]) -> list[Difference]:
    at = {point.revision: place for place, point in enumerate(points)}
    found = []
    for (start, right, old, _, old_error), (left, end, new, _, new_error) in pairwise(steps):
        last, first = at[right - 1], at[left]
        lone = last == at[start] or first == at[end - 1]
        if lone and not well_apart(points[last], points[first]):
            continue
        interval = None
        if old - old_error > 0:
            interval = (new - new_error) / (old + old_error), (new + new_error) / (old - old_error)
        found.append(Difference(STEP, right - 1, left, old, new, interval))
    return found


def _ratio(old: float, new: float) -> float:
    if old == 0:
        return 1.0 if new == 0 else math.inf
    return new / old


def well_apart(old: Point, new: Point) -> bool:
    """Whether the samples tell two points apart; where there are too few, whether 2 x does."""
    if old.interval is None or new.interval is None:
        return magnitude(_ratio(old.value, new.value)) >= UNKNOWN_NOISE_RATIO
    gap = max(new.interval[0] - old.interval[1], old.interval[0] - new.interval[1])
    wider = max(old.interval[1] - old.interval[0], new.interval[1] - new.interval[0])
    return gap > wider / 2
