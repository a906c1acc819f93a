"""Scaling: each task by number of samples, variants and cores.

The names sim-1k to sim-100k give the samples, with 10,000 variants each. sim-2504-2k to
sim-2504-1.1m give the variants, with 2,504 samples each, up to the size of chromosome 21.
"""

from . import _harness
from ._harness import axis, registry

version = axis.version("1")


class Scaling(axis.OfTask):
    params = [axis.TASKS, registry.DATA["scaling"], registry.CORES]
    param_names = ["task", "data", "cores"]


class Sgkit(Scaling, _harness.Sgkit):
    pass


class Hail(Scaling, _harness.Hail):
    pass


class Plink(Scaling, _harness.Plink):
    pass


class Plink2(Scaling, _harness.Plink2):
    pass
