"""Checks before a run, so that it neither fails late nor measures nonsense."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable

from benchmarks._harness.clusters import dask_local, nodes, spark_local
from datasets import catalogue, formats, prepare
from tools.common import paths
from tools.common.errors import (
    DiskFullError,
    UnreachableError,
    UsageError,
)
from tools.environments.machine import measuring_lock
from tools.study.profiles.points import Combination

# An existing cluster: the variable with its address, the schemes of it, and whose points use it.
_CLUSTERS = (
    (dask_local.ADDRESS, ("tcp", "tls"), "Sgkit"),
    (spark_local.ADDRESS, ("spark",), "Hail"),
)
# Sgkit's eager mode holds alleles and mask of each call, both of two bytes, and the result's
# temporaries; Hail's and PLINK's need less. What else a machine runs has the rest.
_BYTES_A_CALL = 6
_BESIDE = 1 << 30


def required_data(points: Iterable[Combination]) -> dict[str, tuple[str, ...]]:
    """The data sets that the points read, each with its formats and shapes."""
    data: dict[str, set[str]] = defaultdict(set)
    for name, format in filter(None, map(Combination.needs, points)):
        data[name].add(format.partition(":")[0])
        # the shape that the catalogue prepares anyway is no other shape
        if formats.shaped(catalogue.find(name), format) != catalogue.find(name):
            data[name].add(format)
    return {name: tuple(sorted(needed)) for name, needed in data.items()}


def require_memory(names: Iterable[str]) -> None:
    """UsageError for data sets that this machine's memory does not hold."""
    there = nodes.machine_memory()
    for name in names:
        spec = catalogue.find(name)
        needed = _BYTES_A_CALL * spec.variants * spec.n_samples + _BESIDE
        if needed > there:
            raise UsageError(
                f"{name} takes about {needed / 1e9:.0f} GB of memory, and this machine has "
                f"{there / 1e9:.0f} GB",
                hint=f"leave it out: --without {name}",
            )


def require_disk(names: Iterable[str]) -> None:
    """DiskFullError when the data sets that are not made yet would not fit together."""
    root = paths.datasets_dir()
    missing = [name for name in names if not prepare.is_whole(root / name, catalogue.find(name))]
    needed = sum(prepare.room_needed(catalogue.find(name)) for name in missing)
    existing = next(folder for folder in (root, *root.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    if needed > free:
        raise DiskFullError(
            f"{', '.join(missing)} take up to {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB "
            f"are free in {existing}",
            hint="free some room, set GWAS_CACHE to a folder on another disk, or leave data sets "
            "out: --without NAME",
        )


def require_clusters(points: Iterable[Combination]) -> None:
    """UnreachableError for a cluster that is named in the environment and does not answer."""
    classes = {
        point.benchmark.split(".")[1]
        for point in points
        if point.benchmark.startswith("distributed")
    }
    for variable, schemes, cls in _CLUSTERS:
        address = os.environ.get(variable)
        if address and cls in classes:
            try:
                nodes.require_answer(address, variable, *schemes)
            except nodes.ClusterError as error:
                raise UnreachableError(
                    str(error), hint=f"start it (docs/clusters.md), or unset {variable}"
                ) from None


def require_free() -> None:
    """BusyError while another run measures in this checkout."""
    with measuring_lock(paths.ROOT / "env"):
        pass
