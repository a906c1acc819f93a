"""What is learnt of a series' noise is near what it was made with."""

from __future__ import annotations

import numpy as np
import pytest

from tools.detection import noise
from tools.evaluation import simulation


def unit(values):
    values = values - np.median(values)
    return values / noise.spread(values)


def learnt(values, changes=(), likely=()):
    values = unit(values)
    return noise.learn(values, noise.clip_outliers(values), changes, likely)


def test_spread_is_the_standard_deviation_in_spite_of_steps_and_outliers():
    values = 3 * np.random.default_rng(1).standard_normal(4000)
    values[2000:] += 100
    values[::40] += 500
    assert noise.spread(values) == pytest.approx(3, rel=0.12)
    assert noise.spread(np.full(10, 7.0)) == 0
    assert noise.spread(np.repeat([0.0, 1.0], 50)) > 0


def test_runs_of_two_are_clipped_and_runs_of_three_are_kept():
    values = np.zeros(30)
    values[5], values[10:12], values[20:23] = 50, -50, 50
    clipped = noise.clip_outliers(values)
    assert clipped[5] == noise.OUTLIER
    assert list(clipped[10:12]) == [-noise.OUTLIER] * 2
    assert list(clipped[20:23]) == [50] * 3
    assert list(noise.clip_outliers(np.array([0, 0, 0, 50.0, 50.0]))[3:]) == [noise.OUTLIER] * 2
    assert list(noise.clip_outliers(np.array([1.0, 2.0]))) == [1, 2]


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.8])
def test_memory_is_that_of_the_process(memory):
    kinds = {0.0: "white", 0.5: "AR(1) .5", 0.8: "AR(1) .8"}
    values = simulation.series(kinds[memory], np.random.default_rng(2), 3000, 0.1)
    assert learnt(values).memory == pytest.approx(memory, abs=0.08)


def test_a_likely_step_is_neither_variance_nor_memory():
    values = np.random.default_rng(3).standard_normal(24)
    values[12:] += 30
    blind, told = learnt(values), learnt(values, likely=[12])
    assert blind.variance > 10 * told.variance
    assert blind.memory > told.memory


def test_frequent_outliers_ask_for_longer_levels():
    rng = np.random.default_rng(4)
    values = rng.standard_normal(400)
    quiet = learnt(values).shortest
    values[rng.random(400) < 0.06] += 20
    assert quiet <= 3
    assert learnt(values).shortest > quiet


@pytest.mark.parametrize(("left", "right"), [(5, 5), (27, 3), (12, 27)])
@pytest.mark.parametrize("memory", [0.3, 0.8])
def test_inflation_is_what_simulation_shows(left, right, memory):
    rng = np.random.default_rng(5)
    values = np.empty((40_000, left + right))
    values[:, 0] = rng.standard_normal(40_000)
    for at in range(1, left + right):
        white = rng.standard_normal(40_000) * np.sqrt(1 - memory**2)
        values[:, at] = memory * values[:, at - 1] + white
    before, after = values[:, :left], values[:, left:]
    step = after.mean(axis=1) - before.mean(axis=1)
    squares = left * before.var(axis=1) + right * after.var(axis=1)
    variance = squares.mean() / (left + right - 2)
    expected = step.std() / np.sqrt(variance * (1 / left + 1 / right))
    assert noise.inflation(left, right, memory) == pytest.approx(expected, rel=0.03)
    assert noise.inflation(left, right, 0.0) == 1
