"""asv's files as plain rows, and which releases stand for today and for the study."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.study import made, truth
from tests.study.points_of import point
from tools.study.analysis import editions, measurements, reducers
from tools.study.analysis.measurements import Measurements
from tools.study.page import records


def test_every_true_value_is_read_with_its_axes(measured: Measurements) -> None:
    [found] = [
        one
        for one in measured.points
        if one.shown == "scaling.Sgkit.time_compute('pca', 'sim-2504-10k', 2)"
        and one.release == "0.10.0"
    ]
    assert found.axes == {
        "task": "pca", "data": "sim-2504-10k", "cores": 2, "n_samples": 2504, "n_variants": 10_000,
    }  # fmt: skip
    assert found.value == pytest.approx(sum(found.samples) / 5)  # the study's rule on one node
    assert found.median == sorted(found.samples)[2]
    assert found.origin["lock"] == "lock20"
    assert measured.machine["physical_cores"] == 2


def test_a_hyperparameter_is_an_axis_of_its_own(measured: Measurements) -> None:
    values = {one.axes["r2"] for one in measured.points if one.axes.get("hyperparameter") == "r2"}
    assert values == {0.05, 0.1, 0.2, 0.5, 0.8}
    assert all("setting" not in one.axes for one in measured.points)


def test_a_warm_cluster_drops_what_the_study_dropped(tmp_path: Path) -> None:
    def only(experiment: str, tool: str, metric: str, axes: dict, release: str) -> float | None:
        wanted = (axes.get("task"), axes["data"], axes.get("nodes")) == ("pca", "sim-2504-10k", 1)
        timed = metric == "time_end_to_end" and tool == "hail"
        return 1.0 if experiment == "distributed" and wanted and timed else None

    made.write(tmp_path / "results", only, [made.TODAY[1]], samples=10, noise=0.2)
    found = measurements.read(tmp_path / "results").points[0]
    assert found.reducer == reducers.STUDY
    assert found.value == pytest.approx(sum(sorted(found.samples[5:])[1:-1]) / 3)
    assert found.kept == found.samples[5:]


def test_a_failure_is_told_apart_from_what_does_not_apply(tmp_path: Path) -> None:
    def truth(experiment: str, tool: str, metric: str, axes: dict, release: str) -> float | None:
        if (experiment, tool, metric) != ("caching", "sgkit", "time_load"):
            return None
        return {"warm": 1.0, "cold": float("nan")}.get(axes["cache"])

    made.write(tmp_path / "results", truth, [made.TODAY[0]])
    found = measurements.read(tmp_path / "results")
    assert {one.axes["cache"] for one in found.points} == {"warm"}
    assert {one.axes["cache"] for one in found.failed} == {"cold"}


def test_the_origin_of_a_value_is_its_own_machine(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    made.write(folder, truth.small, [made.TODAY[0]])
    shutil.copytree(folder / made.MACHINE / "provenance", folder / "later" / "provenance")
    for path in (folder / "later" / "provenance").iterdir():
        path.write_text(path.read_text().replace('"lock": "', '"lock": "of-later-'))
    locks = {one.origin["lock"] for one in measurements.read(folder).points}
    assert locks == {f"lock{made.TODAY[0].day}"}


def test_no_results_are_no_points(tmp_path: Path) -> None:
    assert measurements.read(tmp_path / "nothing").points == []


def test_a_newer_release_that_is_hardly_measured_does_not_stand_for_today() -> None:
    old = [point(1, cores=n, release="0.9.0", date=1) for n in range(4)]
    new = [point(1, cores=0, release="0.10.0", date=2)]
    found = editions.assign(old + new)
    assert {one.release for one in found[editions.TODAY]} == {"0.9.0"}
    new.append(point(1, cores=1, release="0.10.0", date=2))
    found = editions.assign(old + new)
    assert {one.release for one in found[editions.TODAY]} == {"0.10.0"}


def test_plink_counts_for_both_editions_and_only_once() -> None:
    sgkit = [point(1, stack=stack, release=stack) for stack in ("dated", "study")]
    plink = [
        point(value, tool="plink", stack=stack, at=at)
        for value, stack, at in ((1, "study", "1"), (2, "dated", "2"), (3, "study", "0"))
    ]
    found = editions.assign([*sgkit, *plink])
    for name in (editions.TODAY, editions.STUDY):
        assert [one.value for one in found[name] if one.tool == "plink"] == [2]


def test_a_record_says_how_to_measure_it_again(measured: Measurements) -> None:
    one = next(one for one in measured.points if one.shown.startswith("caching.Plink"))
    record = records.of(one)
    assert record["data_sha256"] == "a" * 64
    assert record["command"].startswith(".venv/bin/asv run 'hail/0.2.139^!' -E per-commit-") or (
        record["command"].startswith(".venv/bin/asv run 'sgkit/")
    )
    assert r"caching\.Plink\.time_" in record["command"]
