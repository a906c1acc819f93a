"""Distributed: each task on a cluster of nodes, Sgkit on Dask distributed, Hail on Spark.

Nodes are parts of this machine, with a physical core for each thread of a worker. Or
GWAS_DASK_SCHEDULER and GWAS_SPARK_MASTER name existing clusters: docs/clusters.md says how to set
them up, and what is checked.

`layout` is workers x threads of a node. `settings` names a preset of dask_settings.json;
`+numba-cache` turns numba's cache on as well. Without it, the release decides whether workers take
Sgkit's functions from the cache or compile them.
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
