"""Moves between levels that a series keeps returning to are no changes; steps that stay are."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tools.detection.windowed_search import windowed_search
from tools.evaluation import simulation
from tools.evaluation.labels import MARGIN

RUNS, BURSTS = "two machines, runs of 8", "bursts of 3 to 7"


def noisy(kind, seed, points):
    return simulation.series(kind, np.random.default_rng([13, seed]), points, 0.02)


def levels(*stretches, seed=0):
    """White noise of 2 % around the levels of (points, level) stretches."""
    steps = np.concatenate([np.full(points, level - 100.0) for points, level in stretches])
    return noisy("white", seed, len(steps)) + steps


def near(found, changes):
    return len(found) == len(changes) and all(
        abs(one - other) <= MARGIN for one, other in zip(found, changes, strict=True)
    )


@pytest.mark.parametrize("kind", [RUNS, BURSTS])
def test_noise_in_runs_has_few_alarms_once_it_is_known(kind):
    alarms = sum(len(windowed_search(noisy(kind, seed, 500))) for seed in range(40))
    assert alarms <= 2 * 40 * 500 / 1000


@pytest.mark.parametrize("lasting", [30, 100])
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("step", [0.1, 0.5])
def test_regressions_that_were_fixed_are_changes(lasting, times, step):
    for seed in range(3):
        stretches = [(60, 100)] + [(lasting, 100 * (1 + step)), (60, 100)] * times
        changes = list(itertools.accumulate(points for points, _ in stretches[:-1]))
        assert near(windowed_search(levels(*stretches, seed=seed)), changes)


def test_two_short_regressions_are_changes_and_the_third_makes_them_states():
    twice = [(60, 100)] + [(10, 120), (60, 100)] * 2
    assert near(windowed_search(levels(*twice)), [60, 70, 130, 140])
    assert windowed_search(levels(*twice, (10, 120), (60, 100))) == []


@pytest.mark.parametrize("kind", [RUNS, BURSTS])
def test_a_step_beyond_the_states_is_found(kind):
    found = 0
    for seed in range(10):
        values = noisy(kind, seed, 220)
        values[200:] += 40  # the states are 8 and 16 apart
        found += any(abs(at - 200) <= MARGIN for at in windowed_search(values))
    assert found >= 9


def test_a_move_that_stays_is_a_change_in_the_end():
    """Runs of 6, then the other level for good."""
    runs = [(6, 100), (6, 120)] * 10
    assert windowed_search(levels(*runs, (15, 100))) == []
    assert near(windowed_search(levels(*runs, (70, 100))), [120])


def test_levels_of_weeks_are_changes_however_often_they_return():
    stretches = [(25, 100), (25, 120)] * 4
    changes = list(range(25, 200, 25))
    assert near(windowed_search(levels(*stretches)), changes)
