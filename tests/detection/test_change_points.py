"""The four rules together: what a night, the site, the demo and the evaluation detect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.detection.change_points import Rule, change_points, in_points
from tools.evaluation import simulation
from tools.results.series import Point


def points(values: Sequence[float], spread: float | None = None) -> list[Point]:
    return [
        Point(at, value, None if spread is None else (value - spread, value + spread))
        for at, value in enumerate(values)
    ]


def detect(measured: list[Point], **options) -> list[int]:
    return [change.index for change in in_points(measured, **options)]


def counts(*values: float) -> list[int]:
    changes = in_points(points(values, 0.0), exact=True)
    assert {change.rule for change in changes} <= {Rule.COUNT}
    return [change.index for change in changes]


def quiet(count: int) -> list[float]:
    return [100 + value for value in np.random.default_rng(1).normal(0, 1, count)]


def test_a_change_point_has_levels_interval_and_rule() -> None:
    (change,) = change_points([*quiet(30), *(2 * value for value in quiet(30))])
    assert (change.index, change.rule) == (30, Rule.LEVEL)
    assert change.old_level == pytest.approx(100, rel=0.01)
    assert change.ratio == pytest.approx(2, rel=0.01)
    low, high = change.interval
    assert 1.9 < low < 2 < high < 2.1


def test_a_step_is_a_candidate_on_its_first_night() -> None:
    assert detect(points([*quiet(30), 110.0])) == [30]
    assert detect(points([*quiet(30), 90.0, 91.0])) == [30]
    assert detect(points(quiet(31))) == []
    (change,) = in_points(points([*quiet(30), 110.0]))
    assert (change.rule, change.new_level) == (Rule.NEWEST, 110.0)


def test_two_points_on_either_side_are_no_step() -> None:
    assert detect(points([*quiet(30), 110.0, 90.0])) == [31]  # the newest may still be one
    assert detect(points([*quiet(30), 110.0, 100.0])) == []


def test_samples_and_repeats_raise_the_noise() -> None:
    values = [*quiet(30), 110.0]
    assert detect(points(values, 8.0)) == []
    loud = [(1.0, 1.1), (1.1, 1.0), (1.0, 0.9), (0.9, 1.0)]
    assert detect(points(values), repeats=loud) == []
    assert detect(points(values), repeats=loud[:3]) == [30]  # too few to say anything


def test_repeats_tell_the_noise_of_a_short_series() -> None:
    values = [100.0, 100.0, 140.0]
    steady = [(100.0, 101.0), (101.0, 100.0)] * 2
    assert change_points(values) == []  # unknown noise asks for twice the value
    assert [change.rule for change in change_points(values, repeats=steady)] == [Rule.SHORT]


def test_what_begins_at_the_last_change_is_the_level() -> None:
    values = [*quiet(30), *(value / 2 for value in quiet(30)), 56.0]
    assert detect(points(values)) == [30, 60]


def test_one_step_is_one_change_point_in_a_short_series() -> None:
    values = [*quiet(10), *(1.5 * value for value in quiet(8))]
    assert detect(points(values, 2.0)) == [10]


def test_missing_points_are_skipped_and_counted() -> None:
    values = [*quiet(20), math.nan, math.inf, *(2 * value for value in quiet(20))]
    assert [change.index for change in change_points(values)] == [22]
    assert change_points([math.nan] * 30) == []
    assert change_points([]) == []


def test_without_a_change_candidates_are_few() -> None:
    found = 0
    for number, kind in enumerate(simulation.KINDS):
        values = simulation.series(kind, np.random.default_rng([7, number]), 60, 0.02)
        told: set[int] = set()
        for night in range(20, 61):
            told |= set(detect(points([float(value) for value in values[:night]])))
        found += len(told)
    assert found <= 8  # of 320 nights


def test_each_level_of_a_count_is_a_change_point() -> None:
    assert counts(165, 181, 169, 161) == [1, 2, 3]
    assert counts(*[165] * 30, 181, 169, *[161] * 30) == [30, 31, 32]
    assert counts(*[161] * 40, 165, 181, 169, 161) == [40, 41, 42, 43]
    assert counts(*[63] * 25, 98) == [25]
    assert counts(*[63] * 25) == []
    assert counts(*[1 / 3] * 25, *[1 / 3 + 1e-15] * 25) == []  # rounding


def test_a_level_of_one_commit_is_noise_where_the_metric_is_not_exact() -> None:
    values = [165.0] * 30 + [181, 169] + [161] * 30
    assert [change.index for change in change_points(values)] != [30, 31, 32]


def test_a_count_that_fluctuates_is_no_change() -> None:
    assert counts(*[63] * 20, 65, *[63] * 20, 67, *[63] * 20) == [20, 21, 41, 42]  # reverts
    assert counts(*([63] * 9 + [65]) * 6) == []
    random = np.random.default_rng(3)
    for share in (0.5, 0.1, 0.05):
        values = np.where(random.random(200) < share, 65.0, 63.0)
        assert counts(*values) == []
    assert counts(*random.poisson(1000, 200)) == []
    assert counts(*random.poisson(1e9, 200)) == []  # hardly a value twice


def test_a_count_that_fluctuates_still_has_levels_that_last() -> None:
    random = np.random.default_rng(4)
    values = np.where(random.random(80) < 0.5, 65.0, 63.0)
    values[40:] *= 2
    (change,) = change_points(values, exact=True)
    assert (change.index, change.rule) == (40, Rule.LEVEL)


def test_repeats_that_differ_make_a_count_a_measurement() -> None:
    values = [165.0] * 30 + [181.0] + [165.0] * 30
    assert len(change_points(values, exact=True)) == 2
    assert len(change_points(values, exact=True, repeats=[(165.0, 165.0)])) == 2
    assert change_points(values, exact=True, repeats=[(165.0, 181.0)]) == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"values": [[1.0, 2.0]]},
        {"values": [1.0] * 10, "errors": [1.0]},
        {"values": [1.0] * 10, "errors": [-1.0] * 10},
        {"values": [1.0] * 10, "repeat_sd": float("nan")},
    ],
)
def test_impossible_arguments_are_refused(arguments) -> None:
    with pytest.raises(ValueError, match=r"series|error|repeat_sd"):
        change_points(**arguments)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(st.floats(width=32), st.sampled_from([0.0, 1.0, 2.0, -1.0, math.nan]))),
    st.booleans(),
    st.floats(0, 10),
)
@pytest.mark.filterwarnings("error")
def test_any_series_has_ordered_change_points_with_medians(values, exact, repeat_sd) -> None:
    changes = change_points(values, exact=exact, repeat_sd=repeat_sd)
    indices = [change.index for change in changes]
    assert indices == sorted(set(indices))
    edges = [0, *indices, len(values)]
    sides = (
        [
            np.median([value for value in values[start:end] if math.isfinite(value)])
            for start, end in pairwise(edges)
        ]
        if changes
        else []
    )
    assert [change.old_level for change in changes] == sides[:-1]
    assert [change.new_level for change in changes] == sides[1:]


def test_values_too_large_to_be_squared_end() -> None:
    """asv's fit, which the rule for short series uses, would never end at these."""
    values = [1e308, 99.7, 100.5, 99.6, 100.8, 100.4, 198.4, 101.2, -1e308, 199.3, 0.0, 1e-12]
    assert all(0 < point.index < len(values) for point in change_points(values))
