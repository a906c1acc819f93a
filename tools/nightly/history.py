"""What all results of this checkout show: its series, what changed in them, what is known."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.machine import Machine
from asv.results import iter_results

from tools.alerts import membership
from tools.alerts.events import Event
from tools.alerts.grouping import (
    Step,
    count_measured,
    group,
    steps_of,
    target_of,
)
from tools.alerts.recording import record
from tools.alerts.store import Store
from tools.common import paths
from tools.detection import changes
from tools.detection.level_changes import find_changes
from tools.detection.repeats import FEWEST, Pairs, spread
from tools.results import metrics
from tools.results.series import Point, Series, read
from tools.upstreams.asv_repo import UnionRepo

# A short history shows nothing to a detector that looks at levels; two neighbours whose samples
# lie well apart are then a candidate. The confirmation, not this, keeps false alarms away.
_SHORT = 20
# The newest one or two points wait for no third where they are this far off what was before:
# so many standard deviations of at least this share of the level.
_TIP, _LEAST = 4.0, 0.01
_BEFORE_TIP = 3  # points that tell what was before
# half the width of a 99 % interval in standard errors; of few samples it is twice their range,
# which is rather wide than narrow
_QUANTILE = 2.58


@dataclass(frozen=True)
class Found:
    """All series, the commit of each revision, and each tool's line of commits, newest first."""

    series: list[Series]
    hashes: Mapping[int, str]
    lines: Mapping[str, Sequence[str]]  # what can be measured at all: of some tools, releases
    machine: str  # this one; the results may be of others as well

    @classmethod
    def read(cls, conf: Config, tools: Sequence[str]) -> Found:
        """Read the results of this checkout at the commits of some tools; none before any run."""
        repo = UnionRepo(conf.repo, conf.project)
        lines = {tool: repo.get_branch_commits(tool) for tool in tools}
        revisions = repo.get_revisions({commit for line in lines.values() for commit in line})
        on_branch = {tool: set(line) for tool, line in lines.items()}
        series = []
        if (Path(conf.results_dir) / "benchmarks.json").exists():
            results = list(iter_results(conf.results_dir))
            series = read(results, Benchmarks.load(conf), revisions, on_branch)
        hashes = {revision: commit for commit, revision in revisions.items()}
        return cls(series, hashes, lines, Machine.get_unique_machine_name())

    def of_stack(self, stack: str) -> list[Series]:
        """The series of one stack on this machine."""
        here = stack, self.machine
        return [one for one in self.series if _measured_by(one) == here]

    def measured(self, stack: str) -> set[str]:
        """The commits that have any value on a stack of this machine."""
        return {
            self.hashes[point.revision] for one in self.of_stack(stack) for point in one.points
        }

    def newest_timings(self, stack: str) -> list[tuple[str, str]]:
        """(commit, target) of each timing at the newest commit of each tool that has any."""
        timings = [one for one in self.of_stack(stack) if ".time_" in one.benchmark]
        newest: dict[str, int] = {}
        for one in timings:
            last = one.points[-1].revision
            newest[one.branch] = max(last, newest.get(one.branch, last))
        return [
            (self.hashes[one.points[-1].revision], target_of(one))
            for one in timings
            if one.points[-1].revision == newest[one.branch]
        ]

    def record(self, store: Store, tools: frozenset[str]) -> list[Event]:
        """Detect in all series; the events that are new in the store."""
        candidates = group(self._steps(store, tools), count_measured(self.series, tools))
        return record(candidates, store, self.hashes)

    def prune(self, store: Store, tools: frozenset[str]) -> None:
        """Take out of events whose commit is known what that commit does not explain."""
        revisions = {commit: revision for revision, commit in self.hashes.items()}
        membership.prune(store, self._steps(store, tools), revisions)

    def _steps(self, store: Store, tools: frozenset[str]) -> list[Step]:
        declared = metrics.load(paths.ROOT / "benchmarks" / "metrics.json")
        repeats = {place: store.repeats(*place) for place in store.repeated()}

        def detector(one: Series) -> list[int]:
            pairs = repeats.get(_measured_by(one), {}).get(target_of(one), [])
            return detect(one.points, pairs)

        return steps_of(self.series, detector, declared, tools)


def _measured_by(one: Series) -> tuple[str, str]:
    """The stack and the machine of a series."""
    return str(one.environment.get("stack")), str(one.environment.get("machine"))


def detect(points: Sequence[Point], repeats: Pairs = ()) -> list[int]:
    """The index of the first point after each change of a series.

    Noise is learnt from the series, from the samples of each point, and from `repeats` of one
    commit, whichever says most.
    """
    values = [point.value for point in points]
    errors = [_error(point) for point in points]
    repeat_sd = 0.0
    if len(repeats) >= FEWEST:
        repeat_sd = statistics.median(map(abs, values)) * spread(repeats) / math.sqrt(2)
    found = set(find_changes(values, errors=errors, repeat_sd=repeat_sd))
    if len(points) < _SHORT:
        at = {point.revision: place for place, point in enumerate(points)}
        steps = changes.detect_steps(points)
        found |= {at[one.new] for one in changes.differences(points, steps)}
    tip = _tip(values, errors, repeat_sd, max(found, default=0))
    return sorted(found | ({tip} if tip is not None else set()))


def _tip(
    values: Sequence[float], errors: Sequence[float], repeat_sd: float, start: int
) -> int | None:
    """Where the newest one or two points leave the level that began at `start`, if they do."""
    for newest in (2, 1):
        before, after = values[start:-newest], values[-newest:]
        if len(before) < _BEFORE_TIP:
            continue
        level = statistics.median(before)
        off = 1.4826 * statistics.median(abs(value - level) for value in before)
        jumps = statistics.median(abs(new - old) for old, new in pairwise(before)) / 0.954
        known = [error for error in errors[-newest:] if not math.isnan(error)]
        noise = max(off, jumps, repeat_sd, _LEAST * abs(level), *known)
        sides = {value > level for value in after}
        if len(sides) == 1 and min(abs(value - level) for value in after) > _TIP * noise:
            return len(values) - newest
    return None


def _error(point: Point) -> float:
    """The standard error of a value, as far as its samples tell; NaN where they do not."""
    if point.interval is None:
        return math.nan
    return (point.interval[1] - point.interval[0]) / 2 / _QUANTILE
