"""The strongest step of a piece of a series: a moderated t over windows of many widths."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from tools.detection.noise import Floats, Noise, inflation

WIDTHS = (5, 8, 12, 18, 27)  # points before and after a step, in all combinations
NEWEST = (3, 4)  # points after a step that are enough at the end of the series
DRIFT = 6.0  # variances by which a step must fit better than a straight line


@dataclass(frozen=True)
class Piece:
    """A stretch of a series between change points, as sums from its start to each point."""

    points: int
    last: bool  # whether it ends where the series ends
    value: Floats  # sums of the values without outliers
    moment: Floats  # sums of position times those values
    raw: Floats  # sums of the values with outliers
    square: Floats  # sums of their squares
    least: Floats  # sums of the variances from samples and repeats

    @classmethod
    def of(cls, values: Floats, clipped: Floats, least: Floats, *, last: bool) -> Piece:
        """A piece from its values, the same without outliers, and the least variances."""
        position = np.arange(len(values), dtype=float)
        columns = clipped, position * clipped, values, values**2, least
        return cls(len(values), last, *(np.concatenate([[0.0], np.cumsum(c)]) for c in columns))


def strongest(piece: Piece, noise: Noise, threshold: float) -> int | None:
    """The first point after the piece's strongest step, or None without a step beyond threshold.

    `threshold` is the normal quantile that corresponds to the error probability of one test.
    """
    best, step = 1.0, None
    for left, right, first, stop in _windows(piece, noise.shortest):
        strength = _strength(piece, noise, left, right, first, stop, threshold)
        at = int(strength.argmax())
        if strength[at] > best:
            best, step = float(strength[at]), first + at
    return step


def _windows(piece: Piece, shortest: int) -> Iterator[tuple[int, int, int, int]]:
    """(left, right, first step, last step + 1) of all pairs of windows that fit the piece."""
    for left in WIDTHS:
        for right in WIDTHS:
            if left + right <= piece.points and min(left, right) >= shortest:
                yield left, right, left, piece.points - right + 1
        for right in NEWEST if piece.last else ():
            at = piece.points - right
            if left <= at and right >= shortest:
                yield left, right, at, at + 1


def _strength(
    piece: Piece, noise: Noise, left: int, right: int, first: int, stop: int, threshold: float
) -> Floats:
    """t over its critical value for a step at each of `first` to `stop`; 0 where it is drift."""
    before, at, after = (slice(first + by, stop + by) for by in (-left, 0, right))
    both = left + right

    total_left = piece.value[at] - piece.value[before]
    total_right = piece.value[after] - piece.value[at]
    step = total_right / right - total_left / left

    squares = piece.square[after] - piece.square[before]
    squares -= (piece.raw[at] - piece.raw[before]) ** 2 / left
    squares -= (piece.raw[after] - piece.raw[at]) ** 2 / right
    degrees = noise.degrees + both - 2
    variance = (noise.degrees * noise.variance + np.maximum(squares, 0)) / degrees
    variance = np.maximum(variance, (piece.least[after] - piece.least[before]) / both)

    inflated = inflation(left, right, noise.memory)
    t = np.abs(step) / np.sqrt(variance * (1 / left + 1 / right))
    strength = t / (inflated * _critical(threshold, degrees))
    if strength.max() <= 1:
        return strength

    total = total_left + total_right
    middle = np.arange(first, stop) + (right - left - 1) / 2
    slope = piece.moment[after] - piece.moment[before] - middle * total
    by_line = slope**2 * 12 / (both * (both**2 - 1))
    by_step = step**2 * left * right / both
    drift = by_step - by_line < DRIFT * inflated**2 * variance
    return np.where(drift, 0.0, strength)


@functools.cache
def _critical(threshold: float, degrees: float) -> float:
    """The t that is as improbable as the normal quantile `threshold`."""
    return float(stats.t.isf(stats.norm.sf(threshold), degrees))
