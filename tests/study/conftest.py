"""One made study for all tests that read results."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.study import made, truth
from tools.common import paths
from tools.site import pages
from tools.study.analysis import editions, measurements
from tools.study.analysis.measurements import Measurements
from tools.study.page import page


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


@pytest.fixture(scope="session")
def html(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the made study's page: to be read only."""
    folder = tmp_path_factory.mktemp("page")
    page.write(results, paths.ROOT / "benchmarks", folder)
    pages.write_page(pages.PAGES["study"], folder)
    return folder
