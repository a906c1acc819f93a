"""Nights and pages use the metric, and the repeats that a database has."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tools.alerts import detector
from tools.alerts.store import Store
from tools.results.metrics import Metric
from tools.results.series import Point, Series

DECLARED = {
    "time_compute": Metric("time_compute", "seconds", True, ""),
    "track_graph_tasks": Metric("track_graph_tasks", "tasks", True, ""),
}


def series(metric: str, values: Sequence[float], machine: str = "box") -> Series:
    environment = {"branch": "sgkit", "stack": "frozen", "machine": machine}
    points = [Point(at, float(value), None) for at, value in enumerate(values)]
    return Series(f"pca.Sgkit.{metric}", 0, {"data": "'smoke'"}, environment, "", points)


def test_repeats_of_the_same_series_raise_its_noise(tmp_path: Path) -> None:
    database = tmp_path / "alerts.sqlite"
    timing = series("time_compute", [*np.random.default_rng(1).normal(100, 1, 30), 110])
    assert len(detector.from_database(database, DECLARED)(timing)) == 1
    assert not database.exists()
    store = Store(database)
    for first, second in [(1.0, 1.1), (1.1, 1.0)] * 3:
        store.add_repeat("frozen", "box", timing.key, "a", first, second)
    assert detector.detector(store, DECLARED)(timing) == []
    store.close()
    detect = detector.from_database(database, DECLARED)
    assert detect(timing) == []
    other = series("time_compute", [point.value for point in timing.points], machine="other")
    assert len(detect(other)) == 1


def test_counts_are_exact_and_timings_are_not(tmp_path: Path) -> None:
    detect = detector.from_database(tmp_path / "alerts.sqlite", DECLARED)
    values = [165] * 30 + [181, 169] + [161] * 30
    assert [change.index for change in detect(series("track_graph_tasks", values))] == [30, 31, 32]
    assert len(detect(series("time_compute", values))) < 3


def test_a_damaged_database_has_no_repeats(tmp_path: Path) -> None:
    database = tmp_path / "alerts.sqlite"
    database.write_text("not a database " * 100)
    assert detector.from_database(database, DECLARED)(series("time_compute", [1.0, 1.0])) == []
