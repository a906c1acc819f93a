"""Sharding: each task on the same data in different Zarr chunks or Hail partitions.

_harness/shapes.py explains the names of the shapes; their sizes are SHAPES of the registry.
`python -m tools datasets prepare NAME --chunks 400x2504 --partitions 90` makes them.
"""

from . import _harness
from ._harness import axis, data, registry, shapes

version = axis.version("1")


class Sharding(axis.OfTask):
    def configure(self, parameters):
        super().configure(parameters)
        shape = shapes.of(parameters["data"], self.format, parameters[self.param_names[2]])
        self.paths = data.shaped_paths(parameters["data"], self.format, shape)


class Sgkit(Sharding, _harness.Sgkit):
    params = [axis.TASKS, registry.DATA["sharding"], shapes.CHUNKS, registry.CORES]
    param_names = ["task", "data", "chunks", "cores"]


class Hail(Sharding, _harness.Hail):
    params = [axis.TASKS, registry.DATA["sharding"], shapes.PARTITIONS, registry.CORES]
    param_names = ["task", "data", "partitions", "cores"]
