"""Caching: each task with its input in the page cache (warm) and on disk only (cold).

`cold` evicts the data set's own pages before each sample. `dropped` empties the machine's whole
cache, as the study did. It needs root and GWAS_DROP_CACHES=1.
"""

from . import _harness
from ._harness import axis, page_cache, registry

version = axis.version("1")


class Caching(axis.OfTask):
    params = [axis.TASKS, registry.DATA["caching"], page_cache.STATES, registry.CORES]
    param_names = ["task", "data", "cache", "cores"]
    metrics = ("time_end_to_end", "time_load")

    def configure(self, parameters):
        page_cache.require(parameters["cache"])
        super().configure(parameters)
        self.cache = parameters["cache"]

    def setup(self, *values):
        super().setup(*values)
        page_cache.make(self.cache, self.paths.folder)


class Sgkit(Caching, _harness.Sgkit):
    pass


class Hail(Caching, _harness.Hail):
    pass


class Plink(Caching, _harness.Plink):
    pass


class Plink2(Caching, _harness.Plink2):
    pass
