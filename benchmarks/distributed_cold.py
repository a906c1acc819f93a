"""Distributed, cold: as distributed.py, with the input evicted from the nodes' page cache."""

from . import distributed
from ._harness import axis

version = axis.version("2")


class Cold:
    metrics = ("time_end_to_end", "time_load")

    def setup(self, *values):
        super().setup(*values)
        self.make_cold()


class Sgkit(Cold, distributed.Sgkit):
    pass


class Hail(Cold, distributed.Hail):
    pass
