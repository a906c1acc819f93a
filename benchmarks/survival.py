"""Survival: how a run on a cluster ends after a fault.

The parameter `trouble` names the fault:
- `worker-killed`: in mid-run a worker is killed, and its nanny or node starts a new one;
- `node-lost`: in mid-run a node is lost with all its workers, until the next run;
- `memory-short`: workers have too little memory. With Dask that is a tenth less than their peak
  with plenty of it, with Spark the least that it accepts;
- `none`: shows what the settings do by themselves. `default` and `stealing` have work stealing on,
  with which the study saw runs hang.

A run counts as hung after a minute plus ten times its usual time. No further run is made after
one that does not finish.
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
