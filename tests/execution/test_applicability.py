"""Points that cannot run here are known without a process."""

import json
import os
from pathlib import Path

import pytest

from tools.execution import applicability
from tools.results.series_key import SeriesKey


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with `smoke` in BED and Zarr, as far as a benchmark looks before it starts."""
    folder = tmp_path / "datasets" / "smoke"
    (folder / "calls.zarr").mkdir(parents=True)
    (folder / "calls.bed").touch()
    description = {"formats": {"zarr": {"chunks": [500, 100]}}}
    (folder / "dataset.json").write_text(json.dumps(description))
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path))
    monkeypatch.setenv("GWAS_DATASETS", "/no/such/place")
    for variable in ("GWAS_DASK_SCHEDULER", "GWAS_SPARK_MASTER", "GWAS_NODES_SHARE_CORES"):
        monkeypatch.delenv(variable, raising=False)
    return folder


DISTRIBUTED = "distributed.Sgkit.time_compute"
POINT = {"task": "'pca'", "data": "'smoke'", "cores": "1"}
CLUSTER = {
    "task": "'pca'", "data": "'smoke'", "nodes": "1", "layout": "'1x1'",
    "chunks": "'tiles'", "settings": "'default'",
}  # fmt: skip


@pytest.mark.parametrize(
    ("benchmark", "changed", "reason"),
    [
        ("pca.Sgkit.time_compute", {}, None),
        ("pca.Sgkit.time_compute", {"data": "'1kg-sites'"}, "prepare 1kg-sites --formats zarr"),
        ("pca.Sgkit.time_compute", {"cores": "4096"}, "4096 cores asked for"),
        ("pca.Hail.time_compute", {}, "smoke is not prepared in mt"),
        ("scaling.Plink.time_end_to_end", {}, None),
        ("sharding.Sgkit.time_compute", {"chunks": "'tiles'"}, None),
        ("sharding.Sgkit.time_compute", {"chunks": "'rows'"}, "--chunks 250x200"),
        ("caching.Plink.time_end_to_end", {"cache": "'cold'"}, None),
        ("caching.Plink.time_end_to_end", {"cache": "'dropped'"}, "GWAS_DROP_CACHES=1"),
        ("hyperparameters.Plink.track_error", {"setting": "'r2=0.5'"}, None),
        ("sentinels.Machine.time_file_read", {}, None),
    ],
)
def test_the_class_itself_says_why_not(
    benchmark: str, changed: dict, reason: str | None, data: Path
) -> None:
    found = applicability.reason_against(SeriesKey.of(benchmark, {**POINT, **changed}))
    assert found is None if reason is None else reason in str(found)


def test_nodes_that_this_machine_has_no_cores_for(data: Path) -> None:
    assert applicability.reason_against(SeriesKey.of(DISTRIBUTED, CLUSTER)) is None
    many = {**CLUSTER, "nodes": "8", "layout": "'40x1'"}
    said = applicability.reason_against(SeriesKey.of(DISTRIBUTED, many))
    assert "320 cores" in str(said)


def test_a_cluster_that_is_there_may_have_them(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GWAS_DASK_SCHEDULER", "tcp://10.0.0.1:8786")
    many = {**CLUSTER, "nodes": "8", "layout": "'40x1'"}
    assert applicability.reason_against(SeriesKey.of(DISTRIBUTED, many)) is None
    reason = applicability.reason_against(SeriesKey.of("distributed.Sgkit.peakmem_tree", many))
    assert "other machines" in str(reason)


def test_where_the_data_are_is_what_the_benchmarks_are_told(data: Path) -> None:
    applicability.reason_against(SeriesKey.of("pca.Sgkit.time_compute", POINT))
    assert os.environ["GWAS_DATASETS"] == str(data.parent)
