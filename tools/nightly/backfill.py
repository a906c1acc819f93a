"""Where in the history one more commit teaches most: what the rest of a night is spent on.

A gap is a run of commits that nobody measured between two that are. Measuring its middle halves
the question where in it something changed. That is worth most where the two ends differ beyond
noise and no event has named the commit yet; and some where they do not, as something may have
changed and changed back, the more likely the longer the gap.
"""

from __future__ import annotations

import heapq
import itertools
import math
import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from tools.results.series import Series

_HIDDEN = 0.5  # what a change that the ends do not show is worth, beside one that they do
_CHANCE = 0.01  # of such a change, for each commit
_SURE = 0.1  # a log ratio so far beyond noise is a change with certainty
_LEAST = 0.05  # no difference below this log ratio is taken for one
_NOISE = 4.0  # nor one below so many typical differences of neighbours

Visible = dict[tuple[str, str], float]


def visible(
    all_series: Iterable[Series], hashes: Mapping[int, str]
) -> dict[tuple[str, str], float]:
    """For two neighbouring measured commits: how sure it is that something differs, 0 to 1."""
    found: Visible = {}
    for series in all_series:
        points = [point for point in series.points if point.value > 0]
        steps = [abs(math.log(new.value / old.value)) for old, new in pairwise(points)]
        if not steps:
            continue
        noise = max(_LEAST, _NOISE * statistics.median(steps) if len(steps) > 2 else 0.0)
        for (old, new), step in zip(pairwise(points), steps, strict=True):
            ends = hashes[old.revision], hashes[new.revision]
            sure = min(1.0, max(0.0, step - noise) / _SURE)
            found[ends] = max(sure, found.get(ends, 0.0))
    return found


def choose(
    lines: Iterable[Sequence[str]], known: Collection[str], seen: Visible, count: int
) -> list[str]:
    """The `count` commits that teach most, over all lines (each oldest first).

    `known` are commits that were measured, or tried; `seen` is what `visible` says of neighbours
    among them, less what is explained. A line's first commit closes the gap before its oldest
    known one.
    """
    number = itertools.count()  # equal gaps in the order of their lines
    heap: list[tuple[float, int, int, Sequence[str], int, int, float]] = []

    def push(line: Sequence[str], left: int, right: int, sure: float) -> None:
        inside = right - left - 1
        if inside > 0:
            hidden = _HIDDEN * (1 - (1 - _CHANCE) ** inside)
            worth = sure + (1 - sure) * hidden
            heapq.heappush(heap, (-worth, -inside, next(number), line, left, right, sure))

    chosen: list[str] = []
    for line in lines:
        places = [at for at, commit in enumerate(line) if commit in known]
        if not places:
            continue  # its newest commit is a new one, and comes first
        if places[0] > 0:
            push(line, -1, places[0], 0.0)
        for left, right in pairwise(places):
            push(line, left, right, seen.get((line[left], line[right]), 0.0))
    while heap and len(chosen) < count:
        *_, line, left, right, sure = heapq.heappop(heap)
        middle = 0 if left < 0 else (left + right) // 2
        chosen.append(line[middle])
        push(line, left, middle, sure / 2)  # it is in one half or the other
        push(line, middle, right, sure / 2 if left >= 0 else sure)
    return chosen


def new_commits(
    line: Sequence[str], known: Collection[str], pending: Collection[str]
) -> list[str]:
    """What is new on a line (newest first): after the newest known commit, and left from before.

    Of a line that has none, the newest commit only: the rest of its history is one gap.
    """
    fresh = list(itertools.takewhile(lambda commit: commit not in known, line))
    if len(fresh) == len(line):
        fresh = fresh[:1]
    return [*fresh, *(commit for commit in line[len(fresh) :] if commit in pending)]
