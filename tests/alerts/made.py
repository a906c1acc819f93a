"""A made laboratory: commits with known speeds, so that tests know what is to be found."""

import math
import statistics
from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from tools.alerts.bisection import OutOfBudget
from tools.alerts.events import CODE, Event, SeriesChange
from tools.alerts.evidence import Proof
from tools.alerts.states import CONFIRMED
from tools.alerts.store import Store
from tools.common.errors import BuildError
from tools.detection.change_points import ChangePoint, Rule
from tools.results.series import Series
from tools.results.series_key import SeriesKey

KEY = SeriesKey.of("pca.Sgkit.time_compute", {"data": "'smoke'", "cores": "2"})


def metric_beside(name: str) -> SeriesKey:
    """Another metric of the same class and parameter values."""
    return SeriesKey(f"pca.Sgkit.{name}", KEY.parameters)


class MadeLaboratory:
    """Values with noise around each commit's true one."""

    def __init__(
        self, truth: Mapping[str, float], noise: float = 0.02, broken: Iterable[str] = ()
    ) -> None:
        self._truth, self._noise, self._broken = truth, noise, set(broken)
        self._random = np.random.default_rng(7)
        self.asked: list[tuple[str, str]] = []

    def value(self, commit: str, place: str, key: SeriesKey) -> float:
        if commit in self._broken:
            raise BuildError(f"{commit} does not build")
        self.asked.append((commit, place))
        return self._truth[commit] * math.exp(self._noise * self._random.standard_normal())


class Allowance:
    """A budget of so many pairs."""

    def __init__(self, pairs: int = 10_000) -> None:
        self.left = pairs

    def __call__(self) -> None:
        if self.left == 0:
            raise OutOfBudget
        self.left -= 1


def change_points_at(series: Series, *indices: int) -> list[ChangePoint]:
    """Change points at given places of a series, with the medians between them."""
    values = [point.value for point in series.points]
    edges = [0, *indices, len(values)]
    levels = [statistics.median(values[start:end]) for start, end in pairwise(edges)]
    return [
        ChangePoint(at, old, new, None, Rule.LEVEL)
        for at, (old, new) in zip(indices, pairwise(levels), strict=True)
    ]


def proof(key: SeriesKey, ratio: float) -> Proof:
    """What the confirmation of an event leaves."""
    return Proof(CONFIRMED, ratio, 0.9 * ratio, 1.1 * ratio, 4, key)


def add_event(store: Store, old: str, new: str, ratio: float, key: SeriesKey = KEY) -> Event:
    line = SeriesChange(key, "pca in Sgkit: time_compute", "seconds", ratio < 1, 1.0, ratio)
    return store.add("sgkit", "frozen", "box", CODE, old, new, [line])
