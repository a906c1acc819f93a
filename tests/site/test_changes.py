"""What counts as a change, on series whose truth is known."""

from __future__ import annotations

import random

import pytest
from asv import step_detect
from asv.config import Config
from asv.repo import get_repo
from asv_runner.statistics import compute_stats

from tests.site import example
from tests.site.made_site import Project
from tools.demo.measured import all_changes
from tools.detection import changes
from tools.detection.change_points import in_points
from tools.results.metrics import Metric
from tools.results.result_file import interval_of
from tools.results.series import Point, Series

SECONDS = Metric("time_compute", "seconds", True, "")


def points(*values: float, spread: float | None = 0.02) -> list[Point]:
    return [
        Point(at * 10, v, None if spread is None else (v * (1 - spread), v * (1 + spread)))
        for at, v in enumerate(values)
    ]


def found(*values: float, spread: float | None = 0.02) -> list[tuple[int, float]]:
    return [(one.index, round(one.ratio, 2)) for one in in_points(points(*values, spread=spread))]


def test_a_level_that_lasts_is_a_step() -> None:
    assert found(*[1.0] * 6, *[2.0] * 6) == [(6, 2.0)]


def test_a_level_of_one_release_is_detected_between_neighbours() -> None:
    assert found(1.0, 1.0, 1.0, 2.0, 1.0, 1.0) == [(3, 2.0), (4, 0.5)]


def test_what_asv_passes_over_is_detected() -> None:
    noisy = [1.01, 0.99, 1.0, 0.98, 1.02, 2.0, 1.0, 0.99, 1.01, 1.02]
    assert len(step_detect.detect_steps(noisy)) == 1  # one level: asv sees nothing
    assert [index for index, _ in found(*noisy)] == [5, 6]


def test_a_step_is_one_change() -> None:
    assert found(1.0, 1.0, 1.0, 10.0, 10.0, 10.0) == [(3, 10.0)]


def test_no_change_no_word() -> None:
    assert found(*[1.0] * 8) == []
    assert found(1.0, 1.0, 1.0, 1.25, 1.0, 1.0, spread=0.2) == []


def test_a_lone_point_that_differs_clearly_is_a_step_where_asv_has_one() -> None:
    assert found(1.0, 1.25, spread=0.001) == [(1, 1.25)]
    assert found(1.0, 1.25, spread=0.1) == []


def test_a_difference_within_the_spread_is_none() -> None:
    assert found(1.0, 1.5, spread=0.3) == []


def test_unknown_noise_asks_for_twice() -> None:
    assert found(1.0, 1.8, spread=None) == []
    assert found(1.0, 2.2, spread=None) == [(1, 2.2)]


def test_from_and_to_zero() -> None:
    assert [ratio for _, ratio in found(0.0, 5.0, spread=0.0)] == [float("inf")]
    assert [ratio for _, ratio in found(5.0, 0.0, spread=0.0)] == [0.0]
    assert found(0.0, 0.0, 0.0, spread=0.0) == []


@pytest.mark.parametrize(("noise", "samples"), [(0.05, 6), (0.1, 3), (0.2, 6)])
def test_false_alarms_between_neighbours_are_rare(noise: float, samples: int) -> None:
    chance = random.Random(1)
    told = 0
    for _ in range(400):
        pair = []
        for at in range(2):
            drawn = [chance.lognormvariate(0, noise) for _ in range(samples)]
            value, stats = compute_stats(drawn, 1)
            pair.append(
                Point(at, value, interval_of(stats["ci_99_a"], stats["ci_99_b"], samples, drawn))
            )
        told += len(in_points(pair))
    assert told <= 1


def one_series(benchmark: str, *values: float) -> Series:
    environment = {"branch": "sgkit", "machine": "box"}
    return Series(benchmark, None, {}, environment, "path", points(*values))


def told(benchmark: str, metric: Metric, *values: float) -> list[changes.Change]:
    measured = one_series(benchmark, *values)
    commits = {point.revision: f"{point.revision:040x}" for point in measured.points}
    return changes.of_series(
        measured, in_points(measured.points), metric, commits, {"sgkit", "hail"}
    )


def test_direction_decides_what_is_better() -> None:
    throughput = Metric("track_throughput", "variants/s", False, "")
    [slower] = told("pca.Sgkit.time_compute", SECONDS, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0)
    [more] = told("pca.Sgkit.track_throughput", throughput, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0)
    assert not slower.better
    assert more.better


def test_plink_and_sentinels_are_controls() -> None:
    values = [1.0, 1.0, 1.0, 3.0, 3.0, 3.0]
    assert told("pca.Plink.time_compute", SECONDS, *values)[0].control
    assert told("sentinels.Machine.time_compute", SECONDS, *values)[0].control
    assert not told("pca.Sgkit.time_compute", SECONDS, *values)[0].control


def test_rounding_is_no_change() -> None:
    deviation = Metric("track_error", "deviation", True, "")
    assert told("pca.Sgkit.track_error", deviation, 1e-15, 1e-9, 0.0, 1e-12) == []
    assert told("pca.Sgkit.track_error", deviation, 1e-15, 1e-3)


def test_all_changes_of_a_results_folder(
    published: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(published.root)
    monkeypatch.setenv("GWAS_CACHE", str(published.root / "cache"))
    conf = Config.load("asv.conf.json")
    from tools.upstreams import asv_repo  # noqa: F401  (asv's get_repo finds it by being loaded)

    all_found = all_changes(conf, get_repo(conf))
    largest = all_found[0]
    assert (largest.tool, largest.benchmark) == ("sgkit", "hardy_weinberg.Sgkit.time_compute")
    assert largest.better
    assert largest.size == pytest.approx(10, rel=0.05)
    assert largest.new_commit == published.commits["sgkit"][example.FASTER_AT]
    assert largest.parameters in ({"data": "'smoke'"}, {"data": "'1kg-sites'"})
    assert all_found == sorted(all_found, key=lambda change: -change.size)
    # hail's slow drift and the noise of dask and PLINK are nothing of that size
    of_code = [change for change in all_found if not change.control and not change.machine]
    assert {change.tool for change in of_code if change.size > 1.1} == {"sgkit"}


def change(name: str, ratio: float, old: int = 10, new: int = 20, unit: str = "seconds"):
    return changes.Change(
        tool="sgkit", benchmark=name, parameters={}, environment={"stack": "frozen"}, kind="step",
        before=Point(old, 1.0, None), after=Point(new, ratio, None), old_commit="a",
        new_commit="b", old_value=1.0, new_value=ratio, unit=unit, ratio=ratio, interval=None,
        better=ratio < 1, control=not name.startswith("pca.Sgkit"), index=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("other", "machine"),
    [
        (change("pca.Sgkit.time_compute", 2.4), True),
        (change("pca.Sgkit.time_compute", 2.4, old=15), True),  # the control has no point there
        (change("pca.Sgkit.time_compute", 9.0), False),  # much more than the control
        (change("pca.Sgkit.time_compute", 0.5), False),  # the other way
        (change("pca.Sgkit.time_compute", 2.4, old=20, new=30), False),  # elsewhere
        (change("pca.Sgkit.peakmem_tree", 2.4, unit="bytes"), False),  # no machine does that
    ],
)
def test_what_moves_along_with_a_control_may_be_the_machines(other, machine: bool) -> None:
    control = change("sentinels.Machine.time_numpy", 2.0)
    marked = {one.benchmark: one.machine for one in changes.largest_first([control, other])}
    assert marked == {control.benchmark: False, other.benchmark: machine}
    assert not changes.largest_first([other])[0].machine
