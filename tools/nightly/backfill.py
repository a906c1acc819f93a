"""Backfill: which unmeasured commits a night measures with the time that is left.

A gap is a run of unmeasured commits between two measured ones. Measuring its middle halves the
range of a change. That is worth most where the two ends differ beyond noise and no event has
named the commit. It is worth less where they do not differ: something may have changed and changed
back, more likely in a longer gap.
"""

import heapq
import itertools
import math
import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from tools.results.series import Series

_HIDDEN = 0.5  # worth of a change that the ends do not show, relative to one that they do
_CHANCE = 0.01  # of such a change, for each commit
_SURE = 0.1  # a log ratio this far beyond the noise is certainly a change
# a log ratio counts only above both: this, and _NOISE typical differences of neighbours
_LEAST, _NOISE = 0.05, 4.0

Sureness = dict[tuple[str, str], float]  # by the two commits


def sureness(all_series: Iterable[Series], hashes: Mapping[int, str]) -> Sureness:
    """For each two neighbouring measured commits: how surely something differs, 0 to 1."""
    sureness: Sureness = {}
    for series in all_series:
        points = [point for point in series.points if point.value > 0]
        steps = [abs(math.log(new.value / old.value)) for old, new in pairwise(points)]
        if not steps:
            continue
        noise = max(_LEAST, _NOISE * statistics.median(steps) if len(steps) > 2 else 0.0)
        for (old, new), step in zip(pairwise(points), steps, strict=True):
            ends = hashes[old.revision], hashes[new.revision]
            sure = min(1.0, max(0.0, step - noise) / _SURE)
            sureness[ends] = max(sure, sureness.get(ends, 0.0))
    return sureness


def choose(
    branches: Iterable[Sequence[str]], measured: Collection[str], sureness: Sureness, count: int
) -> list[str]:
    """The `count` commits that are worth most, over all branches (each oldest first).

    `measured` are commits that were measured or tried. `sureness` leaves out the changes that
    events explain. A branch's first commit closes the gap before its oldest
    measured one.
    """
    number = itertools.count()  # equal gaps in the order of their branches
    heap: list[tuple[float, int, int, Sequence[str], int, int, float]] = []

    def push(branch: Sequence[str], left: int, right: int, sure: float) -> None:
        inside = right - left - 1
        if inside > 0:
            hidden = _HIDDEN * (1 - (1 - _CHANCE) ** inside)
            worth = sure + (1 - sure) * hidden
            heapq.heappush(heap, (-worth, -inside, next(number), branch, left, right, sure))

    chosen: list[str] = []
    for branch in branches:
        measured_at = [at for at, commit in enumerate(branch) if commit in measured]
        if not measured_at:
            continue  # its newest commit is a new one, and comes first
        if measured_at[0] > 0:
            push(branch, -1, measured_at[0], 0.0)
        for left, right in pairwise(measured_at):
            push(branch, left, right, sureness.get((branch[left], branch[right]), 0.0))
    while heap and len(chosen) < count:
        *_, branch, left, right, sure = heapq.heappop(heap)
        middle = 0 if left < 0 else (left + right) // 2
        chosen.append(branch[middle])
        push(branch, left, middle, sure / 2)  # it is in one half or the other
        push(branch, middle, right, sure / 2 if left >= 0 else sure)
    return chosen


def new_commits(
    branch: Sequence[str], measured: Collection[str], pending: Collection[str]
) -> list[str]:
    """A branch's commits (newest first) after the newest measured one, and the pending ones.

    Of a branch without measured commits, only the newest: the rest is one gap.
    """
    fresh = list(itertools.takewhile(lambda commit: commit not in measured, branch))
    if len(fresh) == len(branch):
        fresh = fresh[:1]
    return [*fresh, *(commit for commit in branch[len(fresh) :] if commit in pending)]
