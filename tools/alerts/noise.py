"""What the noise of a series is like: its spread, its memory and its outliers.

All of it is learnt from the series itself, away from its changes, so that any unit and any
level of noise can be judged by the same rule.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy import stats

Floats = npt.NDArray[np.float64]

OUTLIER = 4.0  # standard deviations from the running median beyond which a point is an outlier
RUNNING = 5  # points of the running median: runs of one and two are outliers, of three are not
PRIOR_DEGREES = 10.0  # weight, in points, of the series' typical variance against a window's own
PRIOR_WINDOW = 6  # points on each side of the windows that tell the typical variance
MEMORY_WINDOW = 20  # points of the windows that tell the correlation of neighbours
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


def learn(values: Floats, clipped: Floats, changes: Sequence[int]) -> Noise:
    """The noise of `values` (unit spread) between the changes found so far.

    `clipped` is clip_outliers(values). Medians over many windows keep the changes that are not
    found yet from counting as noise.
    """
    # a run of k outliers has the chance share**k, doubled as outliers like company
    share = min(1.0, 2 * float(np.mean(clipped != values)))
    shortest = 1 if share == 0 else int(np.ceil(np.log(CHANCE_OF_RUN) / np.log(min(share, 0.9))))
    return Noise(
        variance=_variance(np.split(values, changes)),
        degrees=min(PRIOR_DEGREES, len(values) / 3),
        memory=_memory(np.split(clipped, changes)),
        shortest=shortest,
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
    """The median variance of short windows; where that is 0, their mean."""
    found = []
    for piece in pieces:
        window = PRIOR_WINDOW
        if len(piece) >= 2 * window:
            sums = sliding_window_view(piece, window).var(axis=1) * window
            found.append((sums[:-window] + sums[window:]) / (2 * window - 2))
        elif len(piece) >= 3:  # too short for windows: neighbours, without the largest difference
            squares = np.sort(np.diff(piece) ** 2)[:-1]
            found.append(np.array([squares.mean() / 2]))
    if not found:
        return 0.0
    variances = np.concatenate(found)
    return float(np.median(variances) or variances.mean())


def _memory(pieces: Sequence[Floats]) -> float:
    """The median lag-1 correlation of windows, with Kendall's correction for short ones.

    (Kendall 1954, Biometrika 41:403.) Windows that hold a change look correlated; the median
    leaves them out as long as they are the minority. Rounded, so that `inflation` is cheap.
    """
    found = []
    for piece in pieces:
        window = min(MEMORY_WINDOW, max(8, len(piece) // 2))
        if len(piece) < window:
            continue
        around = sliding_window_view(piece, window)
        around = around - around.mean(axis=1, keepdims=True)
        power = (around**2).sum(axis=1)
        product = (around[:, 1:] * around[:, :-1]).sum(axis=1)
        correlation = np.divide(product, power, out=np.zeros_like(power), where=power > 0)
        found.append((correlation + 1 / window) / (1 - 4 / window))
    typical = float(np.median(np.concatenate(found))) if found else 0.0
    return round(min(MOST_MEMORY, max(0.0, typical)), 2)
