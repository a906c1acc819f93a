"""Sharding: each task on the same data in other Zarr chunks or Hail partitions.

_harness/shapes.py says which shape of a data set each name stands for. They are made by
`python -m tools datasets prepare NAME --chunks 400x2504 --partitions 90`.
"""

from . import _harness
from ._harness import axis, data, registry, shapes

version = axis.version("1")


class Sharding(axis.OfTask):
    def place(self, point):
        super().place(point)
        shape = shapes.of(point["data"], self.format, point[self.param_names[2]])
        self.paths = data.shaped_paths(point["data"], self.format, shape)


class Sgkit(Sharding, _harness.Sgkit):
    params = [axis.TASKS, registry.DATA["sharding"], shapes.CHUNKS, registry.CORES]
    param_names = ["task", "data", "chunks", "cores"]


class Hail(Sharding, _harness.Hail):
    params = [axis.TASKS, registry.DATA["sharding"], shapes.PARTITIONS, registry.CORES]
    param_names = ["task", "data", "partitions", "cores"]
