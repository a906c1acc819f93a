"""States of the noise: levels that a series keeps returning to. Moves between them are no changes.

Examples: a job that runs on two machines, a benchmark with two modes, a noisy neighbour. Each move
is a clear step for any test of means.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from tools.detection.noise import CHANCE_OF_RUN, OUTLIER, RUNNING, Floats
from tools.detection.windows import WIDTHS

LEAST = 5  # moves between two levels that make them states: the series was on each three times
LASTING = 18.0  # points: mean run on a level, from which a move is a change
APART = 12.0  # standard errors between two levels that running medians can tell apart
NEAR = 0.25  # of the distance between two levels: a point as near to one is on it
OF_MEDIAN = 1.25  # standard error of a median over that of a mean


def without_moves(values: Floats, changes: Sequence[int], variance: float) -> list[int]:
    """The `changes` of `values` without the moves between states of the noise.

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
    """The medians on both sides of a change, over the width that separates them best.

    Where runs are short, a whole stretch between changes may be a mixture of levels.
    """
    candidates = []
    for width in WIDTHS:
        left, right = before[-width:], after[:width]
        old, new = float(np.median(left)), float(np.median(right))
        clear = abs(new - old) / np.sqrt(1 / len(left) + 1 / len(right))
        candidates.append((clear, old, new))
    return max(candidates)[1:]


def _crossings(values: Floats, old: float, new: float, variance: float) -> npt.NDArray[np.intp]:
    """Indices where the series switches between two levels.

    The series is on a level where its running median is near it, within the noise. Points on
    neither level count with those before. Medians run over as many points as it takes to tell the
    levels apart. Where that is more than the widest window of the search, there are no crossings.
    """
    distance = abs(new - old)
    if distance**2 * WIDTHS[-1] <= APART**2 * variance:
        return np.array([], dtype=np.intp)
    width = max(RUNNING, int(np.ceil(APART**2 * variance / distance**2)))
    near = min(NEAR * distance, OUTLIER * OF_MEDIAN * np.sqrt(variance / width))
    medians = ndimage.median_filter(values, width, mode="nearest")
    on_new = np.abs(medians - new) <= near
    on_either = np.flatnonzero(on_new | (np.abs(medians - old) <= near))
    return on_either[1:][np.diff(on_new[on_either])]


def _is_move(crossings: npt.NDArray[np.intp], at: int, points: int) -> bool:
    """Whether the change `at` moves between levels that the series was on often and briefly.

    A move that begins or ends a run much longer than the others is a change.
    """
    if len(crossings) < LEAST:
        return False
    runs = np.diff([0, *crossings, points])
    if min(runs[::2].mean(), runs[1::2].mean()) >= LASTING:
        return False
    before = int(np.abs(crossings - at).argmin())
    return all(_chance(runs, run) >= CHANCE_OF_RUN for run in (before, before + 1))


def _chance(runs: npt.NDArray[np.intp], run: int) -> float:
    """The chance, at each point, that such a long run begins, by the other runs on its level."""
    same = runs[run % 2 :: 2]
    mean = (same.sum() - runs[run]) / (len(same) - 1)
    return float(np.exp(-runs[run] / mean) / mean)
