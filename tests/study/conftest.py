"""One made study for all tests that read results."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.study import made, truth
from tools.study.analysis import editions, measurements
from tools.study.analysis.measurements import Measurement, Measurements


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
def by_edition(measured: Measurements) -> dict[str, list[Measurement]]:
    return editions.assign(measured.points)


@pytest.fixture(scope="session")
def today(by_edition: dict[str, list[Measurement]]) -> list[Measurement]:
    return by_edition[editions.TODAY]
