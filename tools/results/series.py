"""Measured series: the values of one benchmark, parameter set and environment in commit order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import polars as pl

from tools.results.series_key import SeriesKey

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """One measured commit of a series; `interval` is None where the noise is unknown."""

    revision: int
    value: float
    interval: tuple[float, float] | None


class Points(Sequence[Point]):
    """The points of a series as columns. A Point is made on access only.

    Each column has shape (points,). NaN in `low` and `high` stands for an unknown interval.
    `samples` are the lists of samples, None where they were not read.
    """

    def __init__(
        self,
        revisions: npt.NDArray[np.int32],
        values: Floats,
        low: Floats,
        high: Floats,
        *,
        samples: pl.Series | None = None,
    ) -> None:
        self.revisions, self.values, self.low, self.high = revisions, values, low, high
        self.samples = samples

    @classmethod
    def of(cls, points: Sequence[Point]) -> Points:
        """The columns of single points."""
        bounds = [point.interval or (math.nan, math.nan) for point in points]
        low, high = np.array(bounds, dtype=float).reshape(-1, 2).T
        revisions = np.array([point.revision for point in points], dtype=np.int32)
        return cls(revisions, np.array([point.value for point in points], dtype=float), low, high)

    @property
    def _columns(self) -> tuple[npt.NDArray[Any], ...]:
        return self.revisions, self.values, self.low, self.high

    def __len__(self) -> int:
        return len(self.revisions)

    @overload
    def __getitem__(self, at: int) -> Point: ...
    @overload
    def __getitem__(self, at: slice) -> Points: ...
    def __getitem__(self, at: int | slice) -> Point | Points:
        if isinstance(at, slice):
            samples = None if self.samples is None else self.samples[at]
            return Points(*(column[at] for column in self._columns), samples=samples)
        return _point(*(column[at].item() for column in self._columns))

    def __iter__(self) -> Iterator[Point]:
        return map(_point, *(column.tolist() for column in self._columns))


@dataclass
class Series:
    """The points of one line in asv's graphs."""

    benchmark: str
    index: int | None  # of the parameter set, in the order of itertools.product; None without
    parameters: dict[str, str]
    environment: dict[str, str | None]  # asv's graph parameters, `branch` and `machine` included
    path: str  # asv's name of the graph
    points: Sequence[Point] = field(default_factory=list)

    @property
    def key(self) -> SeriesKey:
        """The name of the series in all records."""
        return SeriesKey.of(self.benchmark, self.parameters)

    @property
    def revisions(self) -> list[int]:
        """The measured revisions, ascending."""
        return list(self.columns.revisions.tolist())

    @property
    def columns(self) -> Points:
        """The points as columns."""
        return self.points if isinstance(self.points, Points) else Points.of(self.points)

    @property
    def branch(self) -> str:
        return str(self.environment["branch"])


def _point(revision: int, value: float, low: float, high: float) -> Point:
    return Point(revision, value, None if math.isnan(low) or math.isnan(high) else (low, high))
