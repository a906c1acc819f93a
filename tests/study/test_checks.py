"""What would spoil a run is said before it begins."""

import socket
from pathlib import Path

import filelock
import pytest

from benchmarks._harness.clusters import nodes
from datasets import prepare
from tools.common import paths
from tools.common.errors import (
    BusyError,
    DiskFullError,
    UnreachableError,
    UsageError,
)
from tools.study.profiles import points
from tools.study.running import checks

DASK = [*points.select("distributed.Sgkit", "time_end_to_end", {"task": ["pca"]})]
SPARK = [*points.select("distributed_cold.Hail", "time_end_to_end", {"task": ["pca"]})]
ONE_NODE = [*points.select("scaling.Sgkit", "time_end_to_end", {"task": ["pca"]})]


def test_the_data_sets_with_their_formats_and_shapes() -> None:
    chosen = {"task": ["pca"], "data": ["smoke"], "cores": [1]}
    sharded = [*points.select("sharding.Sgkit", "time_compute", chosen)]
    plain = [*points.select("scaling.Plink", "time_end_to_end", chosen)]
    # tiles are what the catalogue makes from the start
    assert checks.required_data([*sharded, *plain]) == {
        "smoke": ("bed", "zarr", "zarr:250x200", "zarr:500x200")
    }
    assert checks.required_data(points.select("sentinels.Machine", "time_file_read", {})) == {}


def test_data_that_the_memory_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "machine_memory", lambda: 4 * 10**9)
    checks.require_memory(["smoke", "sim-2504-100k"])
    with pytest.raises(UsageError, match=r"sim-2504-1.1m takes about 18 GB.* 4 GB\n.*--without"):
        checks.require_memory(["smoke", "sim-2504-1.1m"])


def test_data_that_the_disk_does_not_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "not" / "there" / "yet"))
    checks.require_disk(["smoke"])
    monkeypatch.setattr(prepare, "room_needed", lambda spec: 10**18)
    with pytest.raises(DiskFullError, match="smoke, sim-1k take up to 2000000000"):
        checks.require_disk(["smoke", "sim-1k"])
    monkeypatch.setattr(prepare, "is_whole", lambda folder, spec: True)
    checks.require_disk(["smoke", "sim-1k"])


def test_a_cluster_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("GWAS_DASK_SCHEDULER", f"tcp://127.0.0.1:{port}")
        checks.require_clusters(DASK)
    with pytest.raises(UnreachableError, match=r"(?s)nothing answers at tcp:.*unset GWAS_DASK"):
        checks.require_clusters(DASK)
    checks.require_clusters(SPARK)  # which are not asked for
    checks.require_clusters(ONE_NODE)
    monkeypatch.setenv("GWAS_SPARK_MASTER", "head:7077")
    with pytest.raises(UnreachableError, match="give spark://host:port"):
        checks.require_clusters(SPARK)


@pytest.fixture(autouse=True)
def no_clusters(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("GWAS_DASK_SCHEDULER", "GWAS_SPARK_MASTER", "GWAS_PLINK"):
        monkeypatch.delenv(variable, raising=False)


def test_another_run_in_this_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    checks.require_free()
    with (
        filelock.FileLock(tmp_path / "env" / "measuring.lock"),
        pytest.raises(BusyError, match="another run is measuring"),
    ):
        checks.require_free()
    checks.require_free()
