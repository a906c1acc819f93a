"""What the task classes inherit: data paths, cores, timing, checks, cost. Nothing of a task."""

from . import asv_types, preload
from .hail import Hail
from .plink import Plink
from .sentinel import Sentinel
from .sgkit import Sgkit

__all__ = ["Hail", "Plink", "Sentinel", "Sgkit"]

asv_types.register()
preload.preload(Sgkit, Hail)
