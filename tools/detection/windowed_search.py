"""Change points between levels that last, by t-tests over windows of many widths.

The method, its sources and its error rates are in docs/detection.md. In short:

- At each point, a moderated t-test compares the means before and after it, without outliers.
- The critical value allows for correlated noise. A step must fit better than a straight line.
- The strongest step splits the series, and the search repeats in both parts.
- Moves between levels that the series was on often and briefly are left out at the end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tools.detection.noise import (
    Floats,
    Noise,
    clip_outliers,
    learn,
    rough,
    spread,
)
from tools.detection.noise_states import without_moves
from tools.detection.windows import Piece, strongest

THRESHOLD = 5.75  # normal quantile of one test: two-sided 9e-9
LIKELY = 4.0  # the same, for steps that are left out when the noise is learnt
ROUNDS = 3  # of search: each learns the noise again, without the changes so far
FEWEST = 8  # points: five before a step and three after it
EXACT = 1e-12  # of the largest value: smaller differences are rounding errors
RESOLUTION = 1e-6  # of the largest distance from the median: rounding of the sums


def windowed_search(
    values: npt.ArrayLike,
    *,
    errors: npt.ArrayLike | None = None,
    repeat_sd: float = 0.0,
    threshold: float = THRESHOLD,
) -> list[int]:
    """Indices of the first point after each change of level, ascending.

    `values`: shape (points,), any unit, in order; NaN and infinite ones are missing and skipped.
    `errors`: shape (points,), standard error of each value in its unit, NaN where unknown.
    `repeat_sd`: standard deviation of repeated measurements of one commit, in the same unit.
    Both can only raise the noise that is assumed: within a window it is never taken to be less.
    `threshold`: the normal quantile that one test must exceed; larger is surer and later.

    Raises ValueError where shapes do not fit or a noise is negative.
    """
    given = np.asarray(values, dtype=float)
    least = least_noise(given, errors, repeat_sd)
    present = np.flatnonzero(np.isfinite(given))
    if len(present) < FEWEST:
        return []
    series = given[present]
    largest = float(np.abs(series).max())
    series = series / largest if largest else series  # squares of 1e200 and 1e-200 are no numbers
    series = series - np.median(series)
    unit = spread(series)
    if unit == 0:
        return []
    least = np.maximum(least[present] / largest, EXACT) / unit
    changes = _search(series / unit, least, threshold)
    return [int(present[at]) for at in changes]


def _search(series: Floats, least: Floats, threshold: float) -> list[int]:
    """windowed_search for a complete series of unit spread, `least` in the same unit."""
    clipped = clip_outliers(series)
    least = np.maximum(least, RESOLUTION * np.abs(series).max()) ** 2
    likely = _split(series, clipped, least, rough(series, clipped), 0, len(series), LIKELY)
    changes: list[int] = []
    for _ in range(ROUNDS):
        noise = learn(series, clipped, changes, sorted({*changes, *likely}))
        new = [
            at
            for start, end in _between(changes, len(series))
            for at in _split(series, clipped, least, noise, start, end, threshold)
        ]
        if not new:
            break
        changes = sorted({*changes, *new})
    return without_moves(series, changes, noise.variance)


def _split(
    series: Floats,
    clipped: Floats,
    least: Floats,
    noise: Noise,
    start: int,
    end: int,
    threshold: float,
) -> list[int]:
    """The changes from `start` to `end`: the strongest, and those on both sides of it."""
    part = slice(start, end)
    piece = Piece.of(series[part], clipped[part], least[part], last=end == len(series))
    step = strongest(piece, noise, threshold)
    if step is None:
        return []
    at = start + step
    return [
        *_split(series, clipped, least, noise, start, at, threshold),
        at,
        *_split(series, clipped, least, noise, at, end, threshold),
    ]


def _between(changes: Sequence[int], points: int) -> list[tuple[int, int]]:
    return list(zip([0, *changes], [*changes, points], strict=True))


def least_noise(
    values: Floats, errors: npt.ArrayLike | None, repeat_sd: float
) -> npt.NDArray[np.float64]:
    """The standard deviation of each point by samples and repeats, 0 where unknown.

    Raises ValueError where shapes do not fit or a noise is negative.
    """
    if values.ndim != 1:
        raise ValueError(f"a series has one dimension, not {values.ndim}")
    if not repeat_sd >= 0:
        raise ValueError(f"repeat_sd must not be negative: {repeat_sd}")
    own = np.zeros(len(values)) if errors is None else np.asarray(errors, dtype=float)
    if own.shape != values.shape:
        raise ValueError(f"{len(values)} values and errors of shape {own.shape}")
    own = np.nan_to_num(own, nan=0.0)
    if (own < 0).any():
        raise ValueError("a standard error must not be negative")
    return np.maximum(own, repeat_sd)
