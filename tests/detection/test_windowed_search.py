"""The detector finds known steps, and nothing where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from tools.detection.windowed_search import windowed_search
from tools.evaluation import simulation
from tools.evaluation.labels import MARGIN

IN_RUNS = ("two machines, runs of 8", "bursts of 3 to 7")


def stepped(kind: str, seed: int, *, after: int, step: float, before: int = 40) -> list[int]:
    rng = np.random.default_rng([11, seed])
    return windowed_search(simulation.stepped(kind, rng, before, after, 0.02, step))


def share_found(kind: str, *, after: int, step: float, before: int = 40) -> float:
    found = [stepped(kind, seed, after=after, step=step, before=before) for seed in range(10)]
    return sum(any(abs(at - before) <= MARGIN for at in one) for one in found) / len(found)


@pytest.mark.parametrize("kind", sorted(set(simulation.KINDS) - set(IN_RUNS)))
def test_alarms_without_a_change_are_under_one_in_a_thousand_points(kind):
    rng = np.random.default_rng(5)
    points = [30] * 30 + [100] * 7 + [500] * 2
    alarms = sum(len(windowed_search(simulation.series(kind, rng, one, 0.02))) for one in points)
    assert alarms < sum(points) / 1000


@pytest.mark.parametrize("step", [0.2, -0.2])
@pytest.mark.parametrize("kind", ["white", "AR(1) .5", "heavy tails (t, 3 df)", "drift"])
def test_a_step_of_ten_deviations_is_found_with_five_points(kind, step):
    assert share_found(kind, after=5, step=step) >= 0.9


@pytest.mark.parametrize(("step", "after"), [(0.2, 3), (0.1, 10), (0.07, 20)])
def test_small_steps_need_more_points(step, after):
    assert share_found("white", after=after, step=step) >= 0.8


def test_a_step_is_found_in_a_short_history():
    assert share_found("white", before=12, after=5, step=0.3) >= 0.9


def test_a_step_is_located():
    errors = [abs(stepped("white", seed, after=40, step=0.1)[0] - 40) for seed in range(10)]
    assert np.median(errors) == 0
    assert max(errors) <= 2


def test_steps_one_after_the_other_are_all_found():
    rng = np.random.default_rng(3)
    levels = np.repeat([100, 110, 104, 120, 100], 25)
    found = windowed_search(levels + rng.standard_normal(125))
    assert np.abs(np.array(found) - [25, 50, 75, 100]).max() <= 1


@pytest.mark.parametrize("length", [1, 2])
@pytest.mark.parametrize("at", [20, 58])
def test_single_and_double_outliers_are_no_change(length, at):
    values = 100 + np.random.default_rng(4).standard_normal(60)
    values[at : at + length] += 60
    assert windowed_search(values[: at + length]) == []
    assert windowed_search(values) == []


def test_a_straight_line_is_no_change():
    noise = np.random.default_rng(6).standard_normal(300)
    assert windowed_search(np.arange(30)) == []
    assert windowed_search(100 + 0.1 * np.arange(300) + noise) == []


@pytest.mark.parametrize(
    ("values", "changes"),
    [
        ([7] * 30, []),
        ([7] * 5 + [8] * 3, [5]),
        ([7] * 20 + [8] * 2, []),
        ([7] * 20 + [8] * 3, [20]),
        ([7] * 20 + [8] + [7] * 20, []),
        ([7] * 20 + [8] * 8 + [7] * 20, [20, 28]),
        ([1_000_000] * 12 + [1_000_001] * 12, [12]),
        ([0] * 20 + [1e9] * 20, [20]),
        ([0.1 + 0.2] * 20 + [0.3] * 20, []),  # they differ by a rounding error
        ([1e300] * 12 + [1.2e300] * 12, [12]),
        ([1e-300] * 12 + [1.2e-300] * 12, [12]),
        ([], []),
        ([1, 2, 3], []),
    ],
)
def test_series_without_noise(values, changes):
    assert windowed_search(values) == changes


def test_units_signs_and_offsets_do_not_matter():
    values = simulation.stepped("white", np.random.default_rng(8), 40, 20, 0.02, 0.1)
    expected = windowed_search(values)
    assert expected
    assert windowed_search(values * 1e-9) == expected
    assert windowed_search(-3 * values) == expected
    assert windowed_search(values + 1000) == expected


def test_missing_points_are_skipped_and_counted():
    values = np.array([5.0] * 9 + [np.nan, np.inf] + [6.0] * 9)
    assert windowed_search(values) == [11]
    assert windowed_search([np.nan] * 20) == []


def test_known_noise_makes_it_more_careful():
    values = np.array([100.0] * 20 + [101.0] * 10)
    assert windowed_search(values) == [20]
    assert windowed_search(values, repeat_sd=2.0) == []
    assert windowed_search(values, errors=np.full(30, 2.0)) == []
    assert windowed_search(values, errors=np.full(30, np.nan), repeat_sd=0.01) == [20]


@pytest.mark.parametrize(
    "arguments",
    [
        {"values": [[1.0, 2.0]]},
        {"values": [1.0] * 10, "errors": [1.0]},
        {"values": [1.0] * 10, "errors": [-1.0] * 10},
        {"values": [1.0] * 10, "repeat_sd": -1.0},
        {"values": [1.0] * 10, "repeat_sd": float("nan")},
    ],
)
def test_impossible_arguments_are_refused(arguments):
    with pytest.raises(ValueError, match=r"series|error|repeat_sd"):
        windowed_search(**arguments)
