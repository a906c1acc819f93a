"""Distributed: each task on a cluster of nodes, Sgkit on Dask distributed, Hail on Spark.

Nodes are made of this machine's cores, a physical one for each thread of a worker; or
GWAS_DASK_SCHEDULER and GWAS_SPARK_MASTER name clusters that are there already. docs/clusters.md
says how these are set up and what is checked. `layout` is workers x threads of a node; `settings`
are those of dask_settings.json, `+numba-cache` with numba's cache on as well. Without, Sgkit's
functions are taken from it or compiled by the workers as the release has it by itself.
"""

from . import _harness
from ._harness import axis, registry, shapes
from ._harness.clusters import nodes, tasks

version = axis.version("2")

_FIRST = [axis.TASKS, registry.DATA["distributed"], nodes.NODES, nodes.LAYOUTS]


class Sgkit(tasks.OnDask, _harness.Sgkit):
    params = [*_FIRST, shapes.CHUNKS, ["default", "study", "study" + tasks.WITH_JIT_CACHE]]
    param_names = ["task", "data", "nodes", "layout", "chunks", "settings"]


class Hail(tasks.OnSpark, _harness.Hail):
    params = [*_FIRST, shapes.PARTITIONS]
    param_names = ["task", "data", "nodes", "layout", "partitions"]
