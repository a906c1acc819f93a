"""Intervals of values and ratios, against worked examples and against chance."""

from __future__ import annotations

import math
import random

import pytest
from scipy import stats

from tools.study.analysis import estimates
from tools.study.analysis.estimates import Estimate


def test_a_ratio_has_welchs_interval_of_the_logarithms() -> None:
    over, under = [2.0, 2.2, 2.1, 2.4], [1.0, 1.1, 0.9]
    found = estimates.ratio(2.2, over, 1.0, under)
    logs = [[math.log(one) for one in samples] for samples in (over, under)]
    welch = stats.ttest_ind(*logs, equal_var=False).confidence_interval(0.95)
    assert found.value == 2.2
    assert found.low == pytest.approx(math.exp(welch.low))
    assert found.high == pytest.approx(math.exp(welch.high))
    assert found.decided


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    chance = random.Random(3)
    inside = 0
    for _ in range(1000):
        over = [2 * math.exp(chance.gauss(0, 0.1)) for _ in range(4)]
        under = [math.exp(chance.gauss(0, 0.05)) for _ in range(3)]
        found = estimates.ratio(2, over, 1, under)
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= 2 <= found.high
    assert 0.92 < inside / 1000 < 0.985


def test_too_few_samples_decide_nothing() -> None:
    found = estimates.ratio(9, [9, 9], 1, [1, 1, 1])
    assert (found.low, found.high, found.decided) == (None, None, False)
    assert estimates.of(1, []) == Estimate(1)


def test_samples_without_noise_are_as_sure_as_can_be() -> None:
    assert estimates.ratio(3, [3, 3, 3], 1, [1, 1, 1]) == Estimate(3, 3, 3)


@pytest.mark.parametrize(
    ("low", "high", "decided"),
    [(1.05, 1.5, False), (1.11, 1.5, True), (0.5, 0.9, True), (0.5, 0.95, False)],
)
def test_a_difference_that_runs_of_one_thing_have_decides_nothing(
    low: float, high: float, decided: bool
) -> None:
    assert Estimate(1.2, low, high).decided is decided
