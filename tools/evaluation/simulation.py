"""Series with known changes: noise of the kinds that benchmarks have, with a step or without."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import signal

Floats = npt.NDArray[np.float64]
Rng = np.random.Generator
LEVEL = 100.0  # of every series, in no unit


def _white(rng: Rng, points: int) -> Floats:
    return rng.standard_normal(points)


def _autoregressive(memory: float) -> Callable[[Rng, int], Floats]:
    def noise(rng: Rng, points: int) -> Floats:
        start = 100  # points until the process has forgotten how it began
        white = rng.standard_normal(start + points) * np.sqrt(1 - memory**2)
        return np.asarray(signal.lfilter([1.0], [1.0, -memory], white)[start:])

    return noise


def _heavy_tails(rng: Rng, points: int) -> Floats:
    return rng.standard_t(3, points) / np.sqrt(3)


def _outliers(rng: Rng, points: int) -> Floats:
    """Outliers of 5 to 25 standard deviations, one at a time or two, every 40 points or so."""
    noise = rng.standard_normal(points)
    at = int(rng.integers(5, 75))
    while at < points:
        noise[at : at + int(rng.integers(1, 3))] += rng.uniform(5, 25)
        at += int(rng.integers(5, 75))
    return noise


def _drift(rng: Rng, points: int) -> Floats:
    """Upwards by 0.05 standard deviations a point: as much as the noise in 20 points."""
    return rng.standard_normal(points) + 0.05 * np.arange(points)


def _machines(share: float) -> Callable[[Rng, int], Floats]:
    """Two machines, one of them slower by 4 standard deviations, in no order."""

    def noise(rng: Rng, points: int) -> Floats:
        return rng.standard_normal(points) + 4 * (rng.random(points) < share)

    return noise


def _machines_in_runs(leave: float) -> Callable[[Rng, int], Floats]:
    """Two machines, one slower by 8 standard deviations, either left at a point by chance."""

    def noise(rng: Rng, points: int) -> Floats:
        machine = np.cumsum(rng.random(points) < leave) % 2
        return 0.5 * rng.standard_normal(points) + 4 * machine

    return noise


def _bursts(rng: Rng, points: int) -> Floats:
    """Bursts of 3 to 7 points, 8 standard deviations up, every 60 points or so, in no order."""
    noise = rng.standard_normal(points)
    for at in np.flatnonzero(rng.random(points) < 1 / 60):
        noise[at : at + int(rng.integers(3, 8))] += 8
    return noise


# noise of about unit standard deviation
KINDS: dict[str, Callable[[Rng, int], Floats]] = {
    "white": _white,
    "AR(1) .5": _autoregressive(0.5),
    "AR(1) .8": _autoregressive(0.8),
    "heavy tails (t, 3 df)": _heavy_tails,
    "outliers": _outliers,
    "drift": _drift,
    "two machines, 50:50": _machines(0.5),
    "two machines, 85:15": _machines(0.15),
    "two machines, runs of 8": _machines_in_runs(0.12),
    "bursts of 3 to 7": _bursts,
}


def series(kind: str, rng: Rng, points: int, noise: float) -> Floats:
    """A series without a change, shape (points,); `noise` is relative to its level."""
    return LEVEL * (1 + noise * KINDS[kind](rng, points))


def stepped(kind: str, rng: Rng, before: int, after: int, noise: float, step: float) -> Floats:
    """A series of `before` + `after` points that becomes larger by `step` (0.1 is 10 %)."""
    values = series(kind, rng, before + after, noise)
    values[before:] += LEVEL * step
    return values


# counts that fluctuate although they are declared to have no noise
COUNTS: dict[str, Callable[[Rng, int], Floats]] = {
    "two values, 50:50": lambda rng, points: np.where(rng.random(points) < 0.5, 65.0, 63.0),
    "two values, 95:5": lambda rng, points: np.where(rng.random(points) < 0.05, 65.0, 63.0),
    "many values (Poisson)": lambda rng, points: rng.poisson(1000, points).astype(float),
}


def count(rng: Rng, points: int) -> tuple[Floats, list[int]]:
    """A count without noise: 165, 181, 169, 161 at neighbouring points; the three changes."""
    at = int(rng.integers(1, points - 3))
    values = np.full(points, 165.0)
    values[at], values[at + 1], values[at + 2 :] = 181, 169, 161
    return values, [at, at + 1, at + 2]
