"""asv's files as plain rows, and which releases stand for today and for the study."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.study import made, truth
from tests.study.points_of import point, table
from tools.study.analysis import editions, measurements
from tools.study.analysis.measurements import AXES, Measurements
from tools.study.analysis.reducers import STUDY


def test_every_true_value_is_read_with_its_axes(measured: Measurements) -> None:
    row = measured.points.row(
        by_predicate=(
            (pl.col("benchmark") == "scaling.Sgkit.time_compute('pca', 'sim-2504-10k', 2)")
            & (pl.col("release") == "0.10.0")
        ),
        named=True,
    )
    assert {axis: row[axis] for axis in AXES if row[axis] is not None} == {
        "task": "pca", "data": "sim-2504-10k", "cores": 2, "n_samples": 2504, "n_variants": 10_000,
    }  # fmt: skip
    assert row["value"] == pytest.approx(sum(row["samples"]) / 5)  # the study's rule on one node
    assert row["median"] == sorted(row["samples"])[2]
    assert row["lock"] == "lock20"
    assert measured.machine["physical_cores"] == 2


def test_every_column_has_its_type_and_each_point_its_own_row(measured: Measurements) -> None:
    assert dict(measured.points.schema).items() >= measurements.SCHEMA.items()
    assert measured.points.select("commit", "stack", "benchmark").is_unique().all()
    assert measured.points["id"].is_unique().all()
    assert set(measured.points["experiment"]) == set(measurements.EXPERIMENTS)  # no task modules


def test_the_tasks_modules_fill_in_for_scaling(tmp_path: Path) -> None:
    """Of the newest releases, as after a demo or a first night; `scaling` itself goes first."""

    def truth(experiment: str, tool: str, metric: str, axes: dict, release: str) -> float | None:
        if metric != "time_end_to_end" or axes["data"] != "smoke":
            return None
        return {("pca", 2): 2.0, ("pca", 1): 3.0, ("scaling", 1): 4.0}.get(
            (experiment, axes.get("cores"))
        )

    releases = [made.Release("sgkit", f"0.{day}.0", "frozen", day) for day in range(1, 6)]
    made.write(tmp_path / "results", truth, releases, noise=0)
    points = measurements.read(tmp_path / "results").points.filter(tool="sgkit")
    own = points.filter(release="0.5.0", task="pca").sort("cores")
    assert own["benchmark"].str.split("(").list.first().to_list() == [
        "scaling.Sgkit.time_end_to_end", "pca.Sgkit.time_end_to_end",
    ]  # fmt: skip
    assert set(own["experiment"]) == {"scaling"}
    assert own["value"].to_list() == [4.0, 2.0]


def test_only_the_newest_results_of_the_tasks_modules_are_opened(tmp_path: Path) -> None:
    def truth(experiment: str, tool: str, metric: str, axes: dict, release: str) -> float | None:
        wanted = experiment == "pca" and metric == "time_compute" and axes["data"] == "smoke"
        return 1.0 if wanted else None

    releases = [made.Release("sgkit", f"0.{day}.0", "frozen", day) for day in range(1, 7)]
    made.write(tmp_path / "results", truth, releases)
    for path in tmp_path.glob("results/box/provenance/06*.jsonl"):
        path.write_text(path.read_text().replace('"tool": "sgkit"', '"tool": "dask"'))
    points = measurements.read(tmp_path / "results").points
    assert set(points["release"]) == {"0.3.0", "0.4.0", "0.5.0"}
    assert set(points["task"]) == {"pca"}


def test_a_hyperparameter_is_an_axis_of_its_own(measured: Measurements) -> None:
    own = measured.points.filter(hyperparameter="r2")
    assert set(own["r2"]) == {0.05, 0.1, 0.2, 0.5, 0.8}
    assert set(own["task"]) == {"ld_prune"}
    assert own["window"].is_null().all()


def test_a_value_of_another_type_is_left_out_and_costs_only_itself() -> None:
    own = table({**point(1), "cores": "many"}, point(2, cores=2))
    assert own["cores"].to_list() == [None, 2]


def test_a_warm_cluster_drops_what_the_study_dropped(tmp_path: Path) -> None:
    def only(experiment: str, tool: str, metric: str, axes: dict, release: str) -> float | None:
        wanted = (axes.get("task"), axes["data"], axes.get("nodes")) == ("pca", "sim-2504-10k", 1)
        timed = metric == "time_end_to_end" and tool == "hail"
        return 1.0 if experiment == "distributed" and wanted and timed else None

    made.write(tmp_path / "results", only, [made.TODAY[1]], samples=10, noise=0.2)
    row = measurements.read(tmp_path / "results").points.row(0, named=True)
    assert row["reducer"] == STUDY
    assert row["value"] == pytest.approx(sum(sorted(row["samples"][5:])[1:-1]) / 3)
    assert row["kept"] == row["samples"][5:]


def test_a_failure_is_told_apart_from_what_does_not_apply(tmp_path: Path) -> None:
    def truth(experiment: str, tool: str, metric: str, axes: dict, release: str) -> float | None:
        if (experiment, tool, metric) != ("caching", "sgkit", "time_load"):
            return None
        return {"warm": 1.0, "cold": float("nan")}.get(axes["cache"])

    made.write(tmp_path / "results", truth, [made.TODAY[0]])
    measured = measurements.read(tmp_path / "results")
    assert set(measured.points["cache"]) == {"warm"}
    assert set(measured.failed["cache"]) == {"cold"}


def test_the_origin_of_a_value_is_its_own_machine(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    made.write(folder, truth.small, [made.TODAY[0]])
    shutil.copytree(folder / made.MACHINE / "provenance", folder / "later" / "provenance")
    for path in (folder / "later" / "provenance").iterdir():
        path.write_text(path.read_text().replace('"lock": "', '"lock": "of-later-'))
    locks = set(measurements.read(folder).points["lock"])
    assert locks == {f"lock{made.TODAY[0].day}"}


def test_a_file_that_is_damaged_costs_only_itself(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    made.write(folder, truth.small, [made.TODAY[0]])
    (folder / made.MACHINE / "0123abcd-per-commit-pyauto-stackfrozen.json").write_text('{"vers')
    assert set(measurements.read(folder).points["commit"]) == {made.TODAY[0].commit}


def test_no_results_are_no_points(tmp_path: Path) -> None:
    assert measurements.read(tmp_path / "nothing").points.is_empty()


def test_a_newer_release_that_is_hardly_measured_does_not_stand_for_today() -> None:
    old = [point(1, cores=n, release="0.9.0", date=1) for n in range(4)]
    new = [point(1, cores=0, release="0.10.0", date=2)]
    own = editions.assign(table(*old, *new)).filter(edition=editions.TODAY)
    assert set(own["release"]) == {"0.9.0"}
    new.append(point(1, cores=1, release="0.10.0", date=2))
    own = editions.assign(table(*old, *new)).filter(edition=editions.TODAY)
    assert set(own["release"]) == {"0.10.0"}


def test_a_program_counts_for_both_editions_and_only_once() -> None:
    sgkit = [point(1, stack=stack, release=stack) for stack in ("dated", "study")]
    plink = [
        point(value, tool="plink", stack=stack, at=at)
        for value, stack, at in ((1, "study", "1"), (2, "dated", "2"), (3, "study", "0"))
    ]
    own = editions.assign(table(*sgkit, *plink)).filter(tool="plink")
    assert own.select("edition", "value").rows() == [("today", 2), ("study", 2)]


def test_a_program_counts_where_it_is_the_only_tool_that_was_measured() -> None:
    assert set(editions.assign(table(point(1, tool="plink")))["edition"]) == {"today", "study"}
    beside = editions.assign(table(point(1, tool="plink"), point(1)))
    assert set(beside["edition"]) == {"today"}


def test_a_point_says_how_to_measure_it_again(measured: Measurements) -> None:
    own = measured.points.filter(pl.col("benchmark").str.starts_with("caching.Plink"))
    row = own.row(0, named=True)
    assert row["data_sha256"] == "a" * 64
    assert row["command"].startswith(".venv/bin/asv run 'hail/0.2.139^!' -E per-commit-") or (
        row["command"].startswith(".venv/bin/asv run 'sgkit/")
    )
    assert r"caching\.Plink\.time_" in row["command"]
