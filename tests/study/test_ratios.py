"""Intervals of values and ratios, against worked examples and against chance."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from scipy import stats

from tests.study.points_of import point, table
from tools.study.analysis import ratios

Samples = Sequence[float]


def compare(*pairs: tuple[float, Samples, float, Samples], floor: float = 1.1) -> list[Any]:
    """The rows of with_ratio for value and samples of both sides."""
    over = table(*({**point(pair[0], tuple(pair[1])), "noise_floor": floor} for pair in pairs))
    under = table(*(point(pair[2], tuple(pair[3])) for pair in pairs))
    return ratios.paired(over, under, ["id"]).to_dicts()


def test_a_ratio_has_welchs_interval_of_the_logarithms() -> None:
    over, under = [2.0, 2.2, 2.1, 2.4], [1.0, 1.1, 0.9]
    [row] = compare((2.2, over, 1.0, under))
    logs = [[math.log(sample) for sample in samples] for samples in (over, under)]
    welch = stats.ttest_ind(*logs, equal_var=False).confidence_interval(0.95)
    assert row["ratio"] == 2.2
    assert row["ratio_low"] == pytest.approx(math.exp(welch.low))
    assert row["ratio_high"] == pytest.approx(math.exp(welch.high))
    assert row["decided"]
    assert row["slower"]


def test_a_value_has_students_interval_of_the_logarithms() -> None:
    samples = [2.0, 2.2, 2.1, 2.4]
    own = stats.ttest_1samp([math.log(sample) for sample in samples], 0).confidence_interval(0.95)
    row = table(point(2.2, tuple(samples))).row(0, named=True)
    assert (row["low"], row["high"]) == pytest.approx((math.exp(own.low), math.exp(own.high)))


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    chance = random.Random(3)
    rows = compare(
        *(
            (2, [2 * math.exp(chance.gauss(0, 0.1)) for _ in range(4)],
             1, [math.exp(chance.gauss(0, 0.05)) for _ in range(3)])
            for _ in range(1000)
        )
    )  # fmt: skip
    inside = sum(row["ratio_low"] <= 2 <= row["ratio_high"] for row in rows)
    assert 0.92 < inside / 1000 < 0.985


def test_too_few_samples_decide_nothing() -> None:
    [row] = compare((9, [9, 9], 1, [1, 1, 1]))
    assert (row["ratio_low"], row["ratio_high"], row["decided"]) == (None, None, False)
    none = table(point(1, ())).row(0, named=True)
    assert (none["low"], none["high"]) == (None, None)


def test_samples_without_noise_are_as_sure_as_can_be() -> None:
    [row] = compare((3, [3, 3, 3], 1, [1, 1, 1]))
    assert (row["ratio"], row["ratio_low"], row["ratio_high"]) == (3, 3, 3)


def test_samples_that_are_no_times_have_no_interval() -> None:
    [row] = compare((1, [0.0, 1.0, 2.0], 1, [1, 1, 1]))
    assert row["ratio_low"] is None


@pytest.mark.parametrize(
    ("floor", "decided"), [(1.1, True), (1.9, True), (2.1, False), (3.0, False)]
)
def test_a_difference_below_the_noise_floor_decides_nothing(floor: float, decided: bool) -> None:
    two, one = (2, [1.99, 2, 2.01, 2]), (1, [0.99, 1, 1.01, 1])
    up, down = compare((*two, *one), (*one, *two), floor=floor)
    assert (up["decided"], down["decided"]) == (decided, decided)
    assert (up["slower"], down["slower"]) == (decided, False)


def test_points_are_paired_where_both_have_no_value() -> None:
    """A null is a value too: `cores` of two points on a cluster."""
    both = table(point(1), point(2, cores=1))
    assert len(ratios.paired(both, both, ["cores"])) == 2
    assert isinstance(both, pl.DataFrame)
