"""Candidates: more than the detector finds, as they are measured again before anyone hears."""

from collections.abc import Sequence

import numpy as np

from tools.evaluation import simulation
from tools.nightly.history import Found, detect
from tools.results.series import Point, Series


def points(values: Sequence[float], spread: float | None = None) -> list[Point]:
    return [
        Point(at, value, None if spread is None else (value - spread, value + spread))
        for at, value in enumerate(values)
    ]


def quiet(count: int) -> list[float]:
    return [100 + value for value in np.random.default_rng(1).normal(0, 1, count)]


def test_a_step_is_a_candidate_on_its_first_night() -> None:
    assert detect(points([*quiet(30), 110.0])) == [30]
    assert detect(points([*quiet(30), 90.0, 91.0])) == [30]
    assert detect(points(quiet(31))) == []


def test_two_points_on_either_side_are_no_step() -> None:
    assert detect(points([*quiet(30), 110.0, 90.0])) == [31]  # the newest may still be one
    assert detect(points([*quiet(30), 110.0, 100.0])) == []


def test_counts_have_no_noise() -> None:
    assert detect(points([63.0] * 25 + [98.0], 0.0)) == [25]
    assert detect(points([63.0] * 25, 0.0)) == []


def test_samples_and_repeats_raise_the_noise() -> None:
    values = [*quiet(30), 110.0]
    assert detect(points(values, 8.0)) == []
    loud = [(1.0, 1.1), (1.1, 1.0), (1.0, 0.9), (0.9, 1.0)]
    assert detect(points(values), loud) == []
    assert detect(points(values), loud[:3]) == [30]  # too few to say anything


def test_what_begins_at_the_last_change_is_the_level() -> None:
    values = [*quiet(30), *(value / 2 for value in quiet(30)), 56.0]
    assert detect(points(values)) == [30, 60]


def test_without_a_change_candidates_are_few() -> None:
    found = 0
    for number, kind in enumerate(simulation.KINDS):
        values = simulation.series(kind, np.random.default_rng([7, number]), 60, 0.02)
        told: set[int] = set()
        for night in range(20, 61):
            told |= set(detect(points([float(value) for value in values[:night]])))
        found += len(told)
    assert found <= 8  # of 320 nights


def test_what_other_machines_have_measured_is_not_this_ones() -> None:
    def series(machine: str, values: Sequence[float]) -> Series:
        place = {"branch": "sgkit", "stack": "frozen", "machine": machine}
        return Series("pca.Sgkit.time_compute", 0, {}, place, "", points(values))

    all_series = [series("box", [1.0, 2.0]), series("other", [1.0, 1.0, 2.0])]
    found = Found(all_series, {0: "a", 1: "b", 2: "c"}, {}, "box")
    assert found.of_stack("frozen") == all_series[:1]
    assert found.measured("frozen") == {"a", "b"}
    assert found.newest_timings("frozen") == [("b", "pca.Sgkit.time_compute-0")]
