"""The study's rules give the value computed by hand; asv's median stands for too few samples."""

import pytest

from tools.study.analysis.reducers import ASV, STUDY, Reduced, reduce


def test_single_node_is_the_mean_of_three_runs() -> None:
    assert reduce([1.0, 2.0, 6.0], "scaling") == Reduced(3.0, STUDY, (1.0, 2.0, 6.0))


def test_warm_on_a_cluster_drops_the_first_five_and_the_extremes() -> None:
    runs = [90.0, 50.0, 40.0, 30.0, 20.0, 10.0, 3.0, 5.0, 4.0, 1.0]
    assert reduce(runs, "distributed") == Reduced(4.0, STUDY, (10.0, 3.0, 5.0, 4.0, 1.0))


def test_cold_on_a_cluster_drops_the_extremes_wherever_they_are() -> None:
    runs = (100.0, 2.0, 3.0, 4.0, 1.0)
    assert reduce(runs, "distributed_cold") == Reduced(3.0, STUDY, runs)


@pytest.mark.parametrize(
    ("experiment", "samples", "median"),
    [
        ("scaling", [1.0, 3.0], 2.0),
        ("distributed", [9.0, 1.0, 3.0], 3.0),
        ("distributed", [9.0, 8.0, 8.0, 8.0, 8.0, 1.0, 1.0, 1.0, 2.0], 8.0),
        ("distributed_cold", [1.0, 3.0, 2.0, 2.0], 2.0),
    ],
)
def test_with_too_few_samples_it_is_asvs_median_and_says_so(
    experiment: str, samples: list[float], median: float
) -> None:
    assert reduce(samples, experiment) == Reduced(median, ASV, tuple(samples))
