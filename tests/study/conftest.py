"""One made study for all tests that read results."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.study import made, truth
from tools.study.analysis import editions, measurements
from tools.study.analysis.measurements import Measurements


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """asv's files of the made study."""
    folder = tmp_path_factory.mktemp("study") / "results"
    made.write(folder, truth.small)
    return folder


@pytest.fixture(scope="session")
def measured(results: Path) -> Measurements:
    return measurements.read(results)


@pytest.fixture(scope="session")
def points(measured: Measurements) -> pl.DataFrame:
    """The points of both editions."""
    return editions.assign(measured.points)


@pytest.fixture(scope="session")
def today(points: pl.DataFrame) -> pl.DataFrame:
    return points.filter(edition=editions.TODAY)
