"""The study's rules give what one gets by hand, and asv's own where samples are too few."""

import pytest

from tools.study.analysis import reducers


def test_single_node_is_the_mean_of_three_runs() -> None:
    found = reducers.reduce([1.0, 2.0, 6.0], "scaling.Sgkit.time_end_to_end")
    assert found == reducers.Reduced(3.0, reducers.STUDY, used=3, samples=3)


def test_warm_on_a_cluster_drops_the_first_five_and_the_extremes() -> None:
    runs = [90.0, 50.0, 40.0, 30.0, 20.0, 10.0, 3.0, 5.0, 4.0, 1.0]
    found = reducers.reduce(runs, "distributed.Sgkit.time_end_to_end")
    assert found == reducers.Reduced(4.0, reducers.STUDY, used=3, samples=10)


def test_cold_on_a_cluster_drops_the_extremes_wherever_they_are() -> None:
    found = reducers.reduce([100.0, 2.0, 3.0, 4.0, 1.0], "distributed_cold.Hail.time_load")
    assert found == reducers.Reduced(3.0, reducers.STUDY, used=3, samples=5)


@pytest.mark.parametrize(
    ("benchmark", "samples"),
    [
        ("scaling.Sgkit.time_compute", [1.0, 3.0]),
        ("distributed.Sgkit.time_end_to_end", [9.0, 1.0, 3.0]),
        ("distributed_cold.Sgkit.time_end_to_end", [1.0, 3.0, 2.0, 2.0]),
    ],
)
def test_with_too_few_samples_it_is_asvs_median_and_says_so(
    benchmark: str, samples: list[float]
) -> None:
    found = reducers.reduce(samples, benchmark)
    assert (found.reducer, found.value) == (reducers.ASV, 2.0 if len(samples) != 3 else 3.0)
    assert found.used == found.samples == len(samples)


def test_the_rule_is_refused_for_too_few() -> None:
    with pytest.raises(ValueError, match=r"4 samples, and the study's rule .* needs 5"):
        reducers.study([1.0] * 4, reducers.CLUSTER_COLD)


def test_rules_in_words() -> None:
    words = reducers.CLUSTER_WARM.words()
    assert words == "the first 5 dropped, the largest and the smallest dropped, mean of the rest"
    assert reducers.SINGLE_NODE.words() == "mean of the rest"
