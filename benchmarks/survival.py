"""Survival: what becomes of a run on a cluster when something goes wrong in it.

In mid-run a worker is killed (its nanny or its node starts another), or a node is lost with all
its workers (and is back for the next run); or the workers have too little memory from the start:
for Dask a tenth less than they took when they had plenty, for Spark the least that it starts with.
`none` is for what the settings do by themselves: `default` and `stealing` have work stealing on,
which the study found to hang now and then. A run that is not done after a minute and ten times
its usual time is said to hang; the runs of a point end with the first that does not finish.
"""

from . import _harness
from ._harness import axis, registry
from ._harness.clusters import dask_local, fault_injection, nodes, tasks

version = axis.version("2")

_FIRST = [
    axis.TASKS,
    registry.DATA["survival"],
    nodes.NODES,
    nodes.LAYOUTS,
    fault_injection.FAULTS,
]


class Sgkit(fault_injection.FaultInjection, tasks.OnDask, _harness.Sgkit):
    params = [*_FIRST, list(dask_local.SETTINGS)]
    param_names = ["task", "data", "nodes", "layout", "trouble", "settings"]


class Hail(fault_injection.FaultInjection, tasks.OnSpark, _harness.Hail):
    params = _FIRST
    param_names = ["task", "data", "nodes", "layout", "trouble"]
