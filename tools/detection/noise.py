"""The noise of a series: its spread, its memory and its outliers.

It is learnt from the series itself, away from change points. So one rule judges any unit and any
level of noise.
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
PRIOR_WINDOW = 6  # points on each side of the windows that estimate the typical variance
MEMORY_WINDOW = 30  # points of the windows that estimate the correlation of neighbours
FEWEST_FOR_MEMORY = 8  # points of the shortest piece for that estimate
PRIOR_MEMORY = 0.2  # correlation that is assumed without data,
PRIOR_POINTS = 20  # and its weight in points
MEMORY_LOST = 2.0  # factor by which steps that the noise made may hide its memory
MOST_MEMORY = 0.95  # beyond it a series is a random walk, and no step can be detected in it
CHANCE_OF_RUN = 1e-4  # per point: a run of outliers that is less likely is a change


@dataclass(frozen=True)
class Noise:
    """The noise of one series, in units of its own spread."""

    variance: float  # typical, of windows without a change
    degrees: float  # weight of the typical variance, in points
    memory: float  # lag-1 correlation of the noise, 0 to MOST_MEMORY
    shortest: int  # points: a shorter level may be a run of outliers


def spread(values: Floats) -> float:
    """Standard deviation of single points by the median absolute difference of neighbours.

    Steps and outliers do not affect it. Where most neighbours are equal it is the root mean square
    instead, so it is 0 only for a constant.
    """
    differences = np.diff(values)
    robust = float(stats.median_abs_deviation(differences, scale="normal"))
    return (robust or float(np.sqrt(np.mean(differences**2)))) / np.sqrt(2)


def clip_outliers(values: Floats) -> Floats:
    """`values` (unit spread) with runs of one or two outliers clipped towards the running median.

    Hampel's filter (Pearson 2002, IEEE Trans. Control Syst. Technol. 10:55). At both ends the
    window does not shrink: the last two points are judged by the last five, so that two outliers
    at the end are not yet a step.
    """
    if len(values) < RUNNING:
        return values
    medians = np.median(sliding_window_view(values, RUNNING), axis=1)
    medians = np.pad(medians, RUNNING // 2, mode="edge")
    return np.clip(values, medians - OUTLIER, medians + OUTLIER)


def rough(values: Floats, clipped: Floats) -> Noise:
    """The noise of `values` (unit spread) if it has no memory: a first estimate.

    `clipped` is clip_outliers(values).
    """
    # a run of k outliers has the chance share**k; the share is doubled as outliers come in runs
    share = min(0.9, 2 * float(np.mean(clipped != values)))
    shortest = 1 if share == 0 else int(np.ceil(np.log(CHANCE_OF_RUN) / np.log(share)))
    return Noise(1.0, min(PRIOR_DEGREES, len(values) / 3), 0.0, shortest)


def learn(values: Floats, clipped: Floats, changes: Sequence[int], likely: Sequence[int]) -> Noise:
    """The noise of `values` (unit spread) away from steps.

    `clipped` is clip_outliers(values). `changes` are the detected steps; `likely` also has the
    weaker ones. Steps in neither hardly affect the medians over windows.

    Memory lies between two bounds. A step that is not in `changes` looks like memory. Steps in
    `likely` that the noise made hide memory: in simulated AR(1) noise up to half of it.
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
    """The factor by which AR(1) noise makes t larger than independent points do.

    `left` and `right` are the windows' lengths, `memory` the lag-1 correlation. Correlated
    neighbours make means vary more and windows look quieter; both effects are exact here.
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
    estimates = []
    for piece in pieces:
        window = PRIOR_WINDOW
        if len(piece) >= 2 * window:
            sums = sliding_window_view(piece, window).var(axis=1) * window
            estimates.append((sums[:-window] + sums[window:]) / (2 * window - 2))
        elif len(piece) >= 3:
            estimates.append(np.array([piece.var(ddof=1)]))
    if not estimates:
        return 0.0
    variances = np.concatenate(estimates)
    return float(np.median(variances) or variances.mean())


def _memory(pieces: Sequence[Floats]) -> float:
    """The median lag-1 correlation of windows, with Kendall's correction for short ones.

    (Kendall 1954, Biometrika 41:403.) Rounded, so that the cache of `inflation` stays small.
    """
    estimates = []
    for piece in pieces:
        window = min(MEMORY_WINDOW, len(piece))
        if window < FEWEST_FOR_MEMORY:
            continue
        around = sliding_window_view(piece, window)
        around = around - around.mean(axis=1, keepdims=True)
        power = (around**2).sum(axis=1)
        product = (around[:, 1:] * around[:, :-1]).sum(axis=1)
        correlation = np.divide(product, power, out=np.zeros_like(power), where=power > 0)
        estimates.append((correlation + 1 / window) / (1 - 4 / window))
    typical = float(np.median(np.concatenate(estimates))) if estimates else PRIOR_MEMORY
    points = sum(len(piece) for piece in pieces)
    typical += (PRIOR_MEMORY - typical) * PRIOR_POINTS / (PRIOR_POINTS + points)
    return round(min(MOST_MEMORY, max(0.0, typical)), 2)
