"""Explanations: what is compared, and the function that gained."""

import cProfile
from pathlib import Path

from tests.alerts.made import KEY, metric_beside
from tools.alerts import explain
from tools.alerts.evidence import FunctionTime
from tools.execution import measurement
from tools.results.series_key import SeriesKey

PARAMS = [["'smoke'"], ["1"]]
KNOWN = {
    name: {"params": PARAMS}
    for name in (
        "pca.Sgkit.time_compute",
        "pca.Sgkit.track_graph_tasks",
        "pca.Hail.time_compute",
        "ld_prune.Sgkit.time_compute",
    )
}


def test_siblings_are_of_the_same_class_and_parameters() -> None:
    assert explain.siblings(KEY, KNOWN) == [metric_beside("track_graph_tasks")]
    assert explain.siblings(SeriesKey("a.B.time_c"), {"a.B.time_c": {"params": []}}) == []


def test_what_is_counted_is_profiled_as_the_computation() -> None:
    assert explain.timed(metric_beside("track_graph_tasks"), KNOWN) == KEY
    assert explain.timed(KEY, KNOWN) == KEY
    alone = SeriesKey("ld_prune.Hail.peakmem_tree", KEY.parameters)
    assert explain.timed(alone, KNOWN) == alone


def test_what_noise_may_have_done_is_no_change() -> None:
    assert explain.differ([1.0, 1.1, 1.05], [1.3, 1.25, 1.4])
    assert not explain.differ([1.0, 1.1, 1.3], [1.3, 1.25, 1.4])  # they overlap
    assert not explain.differ([1.0, 1.01, 1.0], [1.05, 1.04, 1.05])  # too small to tell
    assert not explain.differ([0.0], [0.0])


def second_pass(size: int) -> int:
    return sum(number * number for number in range(size))


def profiled(path: Path, sizes: list[int]) -> measurement.Stats:
    profile = cProfile.Profile()
    profile.enable()
    for size in sizes:
        second_pass(size)
    profile.disable()
    profile.dump_stats(path)
    return measurement.load_profile(path)


def test_the_function_that_gained_comes_first(tmp_path: Path) -> None:
    old = profiled(tmp_path / "old", [10])
    new = profiled(tmp_path / "new", [10, 400_000])
    gained = explain.difference([old], [new])
    assert any("genexpr" in one.function for one in gained[:2])
    assert all(one.new >= one.old for one in gained[:2])
    assert len(gained) <= 12


def test_the_same_function_in_another_environment_is_the_same() -> None:
    old = {("/a/lib/site-packages/sgkit/stats/ld.py", 10, "f"): (1, 1, 1.0, 1.0, {})}
    new = {("/b/lib/site-packages/sgkit/stats/ld.py", 99, "f"): (1, 1, 3.0, 3.0, {})}
    (one,) = explain.difference([old], [new])
    assert one == FunctionTime("sgkit/stats/ld.py:f", 1.0, 3.0)


def test_what_the_machine_did_during_one_profile_is_no_gain() -> None:
    key = ("/a/lib/site-packages/xarray/core/dataset.py", 10, "astype")
    quiet = {key: (1, 1, 0.001, 0.001, {})}
    disturbed = {key: (1, 1, 0.005, 0.005, {})}
    (one,) = explain.difference([quiet, quiet], [disturbed, quiet])
    assert one.new == one.old


def test_a_function_that_one_profile_lacks_has_the_time_of_the_other() -> None:
    key = ("/a/lib/site-packages/sgkit/stats/ld.py", 10, "f")
    seen = {key: (1, 1, 2.0, 2.0, {})}
    (one,) = explain.difference([{}, {}], [seen, {}])
    assert (one.old, one.new) == (0.0, 2.0)
