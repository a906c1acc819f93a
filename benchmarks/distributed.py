"""Distributed: each task on a cluster of nodes, Sgkit on Dask distributed, Hail on Spark.

Nodes are made of this machine's cores, a physical one for each thread of a worker; or
GWAS_DASK_SCHEDULER and GWAS_SPARK_MASTER name clusters that are there already. docs/clusters.md
says how these are set up and what is checked. `layout` is workers x threads of a node; `settings`
are those of dask_settings.json, `+numba-cache` with numba's cache on as well. Without, Sgkit's
functions are taken from it or compiled by the workers as the release has it by itself.
"""

from . import _harness
from ._harness import axis, clusters, on_cluster, shapes

version = axis.version("2")

DATA = ["smoke", "sim-2504-10k", "sim-2504-100k", "sim-10k", "1kg-chr21"]
_FIRST = [axis.TASKS, DATA, clusters.NODES, clusters.LAYOUTS]


class Sgkit(on_cluster.OnDask, _harness.Sgkit):
    params = [*_FIRST, shapes.CHUNKS, ["default", "study", "study" + on_cluster.WITH_JIT_CACHE]]
    param_names = ["task", "data", "nodes", "layout", "chunks", "settings"]


class Hail(on_cluster.OnSpark, _harness.Hail):
    params = [*_FIRST, shapes.PARTITIONS]
    param_names = ["task", "data", "nodes", "layout", "partitions"]
