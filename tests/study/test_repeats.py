"""Measurements of one thing: which they are, and what a ratio has to be beyond."""

from __future__ import annotations

import pytest

from tests.study.points_of import point
from tools.study.analysis import choices
from tools.study.analysis import noise_floor as repeats
from tools.study.analysis.measurements import Measurements


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
    found = [round(pair.ratio, 2) for pair in repeats.pairs(own)]
    assert found == [1.2, 1.25, 1.5]


def test_plink_is_the_same_beside_any_commit() -> None:
    own = [
        point(value, tool="plink", stack=stack) for value, stack in ((1, "dated"), (2, "study"))
    ]
    assert [pair.ratio for pair in repeats.pairs(own)] == [2]


def test_what_counts_is_beyond_nine_of_ten_pairs_and_beyond_a_tenth() -> None:
    def apart(ratios: list[float]) -> list[repeats.Pair]:
        return [repeats.Pair(point(ratio), point(1)) for ratio in ratios]

    assert repeats.worth([]) == 1.1
    assert repeats.worth(apart([1.01, 1.05])) == 1.1
    assert repeats.worth(apart([1.01, 1.3])) == 1.3  # of few the largest
    assert repeats.worth(apart([1.02] * 8 + [1.3, 2.0])) == 1.3


def test_what_counts_is_what_decides() -> None:
    one, other = point(1), point(1.25)
    assert choices.ratio(other, one).decided
    one, other = repeats.noted([one, other], 1.3)
    assert not choices.ratio(other, one).decided
    assert not choices.ratio(one, other).decided


def test_the_table_says_how_much_and_of_what(measured: Measurements) -> None:
    found = repeats.pairs(measured.points)
    table = repeats.table(found)
    assert len(table.rows) == len(found) > 20
    assert all(pair.ratio == pytest.approx(1, abs=0.05) for pair in found)
    assert table.sentences[0].startswith(f"{len(found)} pairs differ by 1.0")
    assert table.sentences[1].startswith("A ratio counts from 1.10 on")
    assert repeats.table([]).sentences == [
        "A ratio counts from 1.10 on: the larger of 1.1 and the 90th percentile, and nothing was "
        "measured twice."
    ]
