"""Lines have what asv's publish draws: versions, branches, several files of one commit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.results.test_table import COUNT, NAME, SETS, Folder
from tools.results import lines, table
from tools.results.series import Point, Series

A, B, C = "a" * 40, "b" * 40, "c" * 40
REVISIONS = {A: 10, B: 20, C: 30}
BRANCHES = {"sgkit": {A, B, C}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    return Folder(tmp_path / "results")


def benchmark(name: str = NAME, data: list[str] = SETS, **entry: Any) -> dict[str, Any]:
    return {
        name: {"name": name, "params": [data], "param_names": ["data"], "version": "1",
               "unit": "seconds", **entry}
    }  # fmt: skip


def read(
    folder: Folder, benchmarks: dict[str, Any] | None = None, **branches: Any
) -> list[Series]:
    benchmarks = benchmark() if benchmarks is None else benchmarks
    found = lines.read(table.read(folder.path), benchmarks, REVISIONS, branches or BRANCHES)
    return found.series()


def test_several_results_of_one_commit_are_averaged(folder: Folder) -> None:
    folder.add(A, [1.0, 5.0], samples=[[0.95, 1.0, 1.05], [5.0, 5.0, 5.0]])
    folder.add(A, [3.0, 7.0], env="other", samples=[[2.95, 3.0, 3.05], None])
    folder.add(B, [4.0, None])
    smoke, large = read(folder)
    assert [smoke.points[0].value, large.points[0].value] == [2.0, 6.0]
    assert smoke.points[0].interval == pytest.approx((0.9, 3.1))
    assert large.points[0].interval is None  # one of both says nothing of its noise
    assert list(smoke.points)[1:] == [Point(20, 4.0, None)]
    assert len(large.points) == 1
    assert smoke.columns.revisions.tolist() == [10, 20]


def test_a_failed_run_beside_one_that_worked_changes_nothing(folder: Folder) -> None:
    folder.add(A, [1.0, 5.0], samples=[[0.95, 1.0, 1.05], None])
    folder.add(A, [None, None], env="other")
    smoke, _ = read(folder)
    [point] = smoke.points
    assert point.value == 1.0
    assert point.interval == pytest.approx((0.9, 1.1))


def test_a_count_measured_once_is_exact_and_a_time_unknown(folder: Folder) -> None:
    folder.add(A, [7, 8], name=COUNT)
    exact, _ = read(folder, benchmark(COUNT, unit="tasks"))
    assert exact.points[0].interval == (7, 7)
    timed, _ = read(folder, benchmark(COUNT))
    assert timed.points[0].interval is None


def test_another_version_and_other_parameter_values_are_left_out(folder: Folder) -> None:
    folder.add(A, [1.0, 2.0])
    assert read(folder, benchmark(version="2")) == []
    [kept] = read(folder, benchmark(data=["'new'", "'sim-1k'"]))
    assert (kept.index, kept.parameters) == (1, {"data": "'sim-1k'"})
    assert kept.points[0].value == 2.0
    assert read(folder, benchmark("pca.Sgkit.gone")) == []


def test_a_file_without_versions_counts_for_any(folder: Folder) -> None:
    folder.add(A, [1.0, 2.0], version=None)
    assert len(read(folder, benchmark(version="2"))) == 2


def test_a_benchmark_without_parameters_has_no_index(folder: Folder) -> None:
    folder.add(A, [1.0], params=[])
    [series] = read(folder, benchmark(params=[], param_names=[]))
    assert (series.index, series.parameters) == (None, {})


def test_a_commit_is_on_each_of_its_branches_and_on_no_other(folder: Folder) -> None:
    folder.add(A, [1.0, 2.0])
    folder.add(B, [3.0, 4.0])
    series = read(folder, sgkit={A}, fork={A, B}, hail=set())
    points = {(one.branch, one.index): [point.value for point in one.points] for one in series}
    assert points == {
        ("sgkit", 0): [1.0], ("sgkit", 1): [2.0], ("fork", 0): [1.0, 3.0], ("fork", 1): [2.0, 4.0],
    }  # fmt: skip


def test_points_come_in_the_order_of_revisions(folder: Folder) -> None:
    for commit, value in ((C, 3.0), (A, 1.0), (B, 2.0)):
        folder.add(commit, [value, value])
    points = read(folder)[0].points
    assert [point.value for point in points] == [1.0, 2.0, 3.0]
    assert [point.value for point in points[1:]] == [2.0, 3.0]
    assert points[-1].revision == 30


def test_an_environment_names_what_only_others_have_as_none(folder: Folder) -> None:
    path = folder.add(A, [1.0, 2.0])
    path.write_text(path.read_text().replace('"stack": "frozen", ', ""))
    folder.add(B, [1.0, 2.0])
    assert {series.environment["stack"] for series in read(folder)} == {None, "frozen"}
    assert {series.environment["branch"] for series in read(folder)} == {"sgkit"}
