"""Which changes are news: levels that a series keeps returning to are states of its noise.

A job that moves between two machines, a benchmark with two modes, a neighbour that comes and
goes: each move is a step of its own that no test of means can doubt, and none is a change.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from tools.detection.noise import CHANCE_OF_RUN, OUTLIER, RUNNING, Floats
from tools.detection.windows import WIDTHS

LEAST = 5  # crossings between two levels that make states: each level was there three times
LASTING = 18.0  # points that runs on either level last, on average, where a move is a change
APART = 12.0  # by how many standard errors running medians must tell two levels apart
NEAR = 0.25  # of the distance between two levels, at most: so near to one is on it
OF_MEDIAN = 1.25  # standard errors of a mean that one of a median is


def news(values: Floats, changes: Sequence[int], variance: float) -> list[int]:
    """The `changes` of `values` that are no mere moves between states of the noise.

    `variance` is that of the noise of one point.
    """
    edges = [0, *changes, len(values)]
    kept = []
    for start, at, end in zip(edges, edges[1:], edges[2:], strict=False):
        old, new = _levels(values[start:at], values[at:end])
        if not _is_move(_crossings(values, old, new, variance), at, len(values)):
            kept.append(at)
    return kept


def _levels(before: Floats, after: Floats) -> tuple[float, float]:
    """The medians on either side of a change, of as many points as tell them apart best.

    Where runs are short, medians of whole stretches between changes may be those of mixtures.
    """
    found = []
    for width in WIDTHS:
        left, right = before[-width:], after[:width]
        old, new = float(np.median(left)), float(np.median(right))
        clear = abs(new - old) / np.sqrt(1 / len(left) + 1 / len(right))
        found.append((clear, old, new))
    return max(found)[1:]


def _crossings(values: Floats, old: float, new: float, variance: float) -> npt.NDArray[np.intp]:
    """The first points of each stay on either level, but the first stay's.

    A stay is where running medians are near a level, within the noise; stays elsewhere count as
    the last one's. Medians run over as many points as it takes to tell the levels apart. There
    are no crossings where that is more than a change is tested with.
    """
    distance = abs(new - old)
    if distance**2 * WIDTHS[-1] <= APART**2 * variance:
        return np.array([], dtype=np.intp)
    width = max(RUNNING, int(np.ceil(APART**2 * variance / distance**2)))
    near = min(NEAR * distance, OUTLIER * OF_MEDIAN * np.sqrt(variance / width))
    medians = ndimage.median_filter(values, width, mode="nearest")
    on_new = np.abs(medians - new) <= near
    known = np.flatnonzero(on_new | (np.abs(medians - old) <= near))
    return known[1:][np.diff(on_new[known])]


def _is_move(crossings: npt.NDArray[np.intp], at: int, points: int) -> bool:
    """Whether the change `at` moves between levels that the series was on often and briefly.

    It does not where it begins or ends a run that chance does not make of such brief ones.
    """
    if len(crossings) < LEAST:
        return False
    runs = np.diff([0, *crossings, points])
    if min(runs[::2].mean(), runs[1::2].mean()) >= LASTING:
        return False
    before = int(np.abs(crossings - at).argmin())
    return all(_chance(runs, run) >= CHANCE_OF_RUN for run in (before, before + 1))


def _chance(runs: npt.NDArray[np.intp], run: int) -> float:
    """The chance, at each point, that a run as long as this begins, as the level's others end."""
    same = runs[run % 2 :: 2]
    mean = (same.sum() - runs[run]) / (len(same) - 1)
    return float(np.exp(-runs[run] / mean) / mean)
