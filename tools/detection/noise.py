"""What the noise of a series is like: its spread, its memory and its outliers.

All of it is learnt from the series itself, away from its changes, so that any unit and any
level of noise can be judged by the same rule.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy import stats

Floats = npt.NDArray[np.float64]

OUTLIER = 4.0  # standard deviations from the running median beyond which a point is an outlier
RUNNING = 5  # points of the running median: runs of one and two are outliers, of three are not
PRIOR_DEGREES = 10.0  # weight, in points, of the series' typical variance against a window's own
PRIOR_WINDOW = 6  # points on each side of the windows that tell the typical variance
MEMORY_WINDOW = 30  # points of the windows that tell the correlation of neighbours
FEWEST_FOR_MEMORY = 8  # points of a piece that says something about it
PRIOR_MEMORY = 0.2  # what is assumed of it before a series says otherwise,
PRIOR_POINTS = 20  # and how many points that counts for
MEMORY_LOST = 2.0  # how many times too small it may look between steps that noise made
MOST_MEMORY = 0.95  # beyond it a series is a random walk, and nothing in it could be told
CHANCE_OF_RUN = 1e-4  # per point, below which a run of outliers is a change and not chance


@dataclass(frozen=True)
class Noise:
    """The noise of one series, in units of its own spread."""

    variance: float  # typical, of windows without a change
    degrees: float  # how many points the typical variance counts for
    memory: float  # lag-1 correlation of the noise, 0 to MOST_MEMORY
    shortest: int  # points that a level must have to be no run of outliers


def spread(values: Floats) -> float:
    """Standard deviation of single points by the median absolute difference of neighbours.

    Steps and outliers do not count. Where most neighbours are equal it is the root mean square
    instead, so it is 0 only for a constant.
    """
    differences = np.diff(values)
    robust = float(stats.median_abs_deviation(differences, scale="normal"))
    return (robust or float(np.sqrt(np.mean(differences**2)))) / np.sqrt(2)


def clip_outliers(values: Floats) -> Floats:
    """`values` (unit spread) with runs of one or two outliers brought to the running median.

    Hampel's filter (Pearson 2002, IEEE Trans. Control Syst. Technol. 10:55). At both ends the
    window does not shrink: the last two points are judged by the last five, so that two outliers
    at the tip are no step yet.
    """
    if len(values) < RUNNING:
        return values
    medians = np.median(sliding_window_view(values, RUNNING), axis=1)
    medians = np.pad(medians, RUNNING // 2, mode="edge")
    return np.clip(values, medians - OUTLIER, medians + OUTLIER)


def rough(values: Floats, clipped: Floats) -> Noise:
    """The noise of `values` (unit spread) if it has no memory: good enough to guess steps with.

    `clipped` is clip_outliers(values).
    """
    # a run of k outliers has the chance share**k, doubled as outliers like company
    share = min(0.9, 2 * float(np.mean(clipped != values)))
    shortest = 1 if share == 0 else int(np.ceil(np.log(CHANCE_OF_RUN) / np.log(share)))
    return Noise(1.0, min(PRIOR_DEGREES, len(values) / 3), 0.0, shortest)


def learn(values: Floats, clipped: Floats, changes: Sequence[int], likely: Sequence[int]) -> Noise:
    """The noise of `values` (unit spread) away from steps.

    `clipped` is clip_outliers(values), `changes` are the steps that are sure, and `likely` those
    and all that look like one. Medians over windows keep steps that are in neither from counting.

    Memory lies between two bounds. A step that is not in `changes` passes for memory, and steps
    in `likely` that the noise made take memory away: in simulated AR(1) noise up to half of it.
    """
    at_most = _memory(np.split(clipped, changes))
    at_least = _memory(np.split(clipped, likely))
    return replace(
        rough(values, clipped),
        variance=_variance(np.split(values, likely)),
        memory=round(max(at_least, min(at_most, MEMORY_LOST * at_least)), 2),
    )


@functools.cache
def inflation(left: int, right: int, memory: float) -> float:
    """How many times larger than for independent points t is, by AR(1) noise alone.

    `left` and `right` are the windows' lengths, `memory` the lag-1 correlation. Neighbours that
    go together make means vary more, and windows seem quieter than they are; both are exact.
    """
    if memory <= 0:
        return 1.0

    def of_mean(points: int) -> float:
        lags = np.arange(1, points)
        return float(points + 2 * ((points - lags) * memory**lags).sum()) / points**2

    apart = np.arange(1, left + 1)[:, None] + np.arange(right)
    between = float((memory**apart).sum()) / (left * right)
    means = of_mean(left), of_mean(right)
    within = (left * (1 - means[0]) + right * (1 - means[1])) / (left + right - 2)
    return float(np.sqrt((sum(means) - 2 * between) / (within * (1 / left + 1 / right))))


def _variance(pieces: Sequence[Floats]) -> float:
    """The median variance of short windows within pieces; where that is 0, their mean."""
    found = []
    for piece in pieces:
        window = PRIOR_WINDOW
        if len(piece) >= 2 * window:
            sums = sliding_window_view(piece, window).var(axis=1) * window
            found.append((sums[:-window] + sums[window:]) / (2 * window - 2))
        elif len(piece) >= 3:
            found.append(np.array([piece.var(ddof=1)]))
    if not found:
        return 0.0
    variances = np.concatenate(found)
    return float(np.median(variances) or variances.mean())


def _memory(pieces: Sequence[Floats]) -> float:
    """The median lag-1 correlation of windows, with Kendall's correction for short ones.

    (Kendall 1954, Biometrika 41:403.) Rounded, so that `inflation` is asked for few values.
    """
    found = []
    for piece in pieces:
        window = min(MEMORY_WINDOW, len(piece))
        if window < FEWEST_FOR_MEMORY:
            continue
        around = sliding_window_view(piece, window)
        around = around - around.mean(axis=1, keepdims=True)
        power = (around**2).sum(axis=1)
        product = (around[:, 1:] * around[:, :-1]).sum(axis=1)
        correlation = np.divide(product, power, out=np.zeros_like(power), where=power > 0)
        found.append((correlation + 1 / window) / (1 - 4 / window))
    typical = float(np.median(np.concatenate(found))) if found else PRIOR_MEMORY
    points = sum(len(piece) for piece in pieces)
    typical += (PRIOR_MEMORY - typical) * PRIOR_POINTS / (PRIOR_POINTS + points)
    return round(min(MOST_MEMORY, max(0.0, typical)), 2)
