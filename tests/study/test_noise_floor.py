"""Repeats of one point: which they are, and what a ratio has to be beyond."""

from __future__ import annotations

import polars as pl
import pytest

from tests.study.points_of import Row, point, table
from tools.study.analysis import noise_floor, ratios
from tools.study.analysis.measurements import Measurements
from tools.study.page import tables


def ratios_of(*rows: Row) -> list[float]:
    return [round(ratio, 2) for ratio in noise_floor.pairs(table(*rows))["ratio"]]


def test_the_same_point_of_two_axes_is_a_pair_and_another_shape_is_none() -> None:
    own = [
        point(1.0, cores=1),
        point(1.2, experiment="sharding", chunks="tiles", cores=1),
        point(5.0, experiment="sharding", chunks="rows", cores=1),
        point(1.5, experiment="hyperparameters", hyperparameter="n_components", n_components=10,
              cores=1),
        point(5.0, experiment="hyperparameters", hyperparameter="n_components", n_components=2,
              cores=1),
        point(5.0, experiment="caching", cache="cold", cores=1),
        point(5.0, experiment="filtering", calls="two", cores=1),
        point(5.0, experiment="scaling", cores=2),
        point(5.0, experiment="scaling", stack="study", cores=1),
        point(5.0, metric="time_load", cores=1),
        point(5.0, metric="peakmem_tree", cores=1),
    ]  # fmt: skip
    assert ratios_of(*own) == [1.2, 1.25, 1.5]


def test_a_program_is_the_same_beside_any_commit() -> None:
    assert ratios_of(
        point(1, tool="plink", stack="dated"), point(2, tool="plink", stack="study")
    ) == [2]
    assert ratios_of(point(1, stack="dated"), point(2, stack="study")) == []


def test_the_floor_is_what_nine_of_ten_pairs_do_not_exceed_and_at_least_a_tenth() -> None:
    def floor(*values: float) -> float:
        return noise_floor.noise_floor(pl.Series(values, dtype=pl.Float64))

    assert floor() == 1.1
    assert floor(1.01, 1.05) == 1.1
    assert floor(1.01, 1.3) == 1.3  # of few the largest
    assert floor(*[1.02] * 8, 1.3, 2.0) == 1.3


def test_the_floor_decides() -> None:
    def decided(a: float, b: float, floor: float) -> bool:
        one, other = (table({**point(value), "noise_floor": floor}) for value in (a, b))
        return bool(ratios.paired(one, other, ["tool"])["decided"][0])

    assert decided(1.25, 1, 1.1)
    assert decided(1, 1.25, 1.1)
    assert not decided(1.25, 1, 1.3)
    assert not decided(1, 1.25, 1.3)


def test_the_table_says_how_much_and_of_what(measured: Measurements) -> None:
    pairs = noise_floor.pairs(measured.points)
    shown = tables.repeats(pairs)
    assert len(shown.rows) == len(pairs) > 20
    assert pairs["ratio"].to_list() == pytest.approx([1] * len(pairs), abs=0.05)
    assert shown.sentences[0].startswith(f"{len(pairs)} pairs: median ratio 1.0")
    assert shown.sentences[1].startswith("The noise floor is 1.10: the larger of 1.1 and the 90th")
    assert tables.repeats(pairs.clear()).sentences == [
        "The noise floor is 1.10: the larger of 1.1 and the 90th percentile; nothing was measured "
        "twice."
    ]
