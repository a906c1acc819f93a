"""Scaling: each task against the number of samples, of variants, and of cores.

sim-1k to sim-100k have 10,000 variants and so many samples. sim-2504-2k to sim-2504-1.1m have
2,504 samples and so many variants: parts of a chromosome, up to the size of chromosome 21.
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
