"""What the task classes inherit: data paths, cores, timing, checks, cost. Nothing of a task.

The underscore says that no benchmark is in here. Other packages use `registry`, `cores`, `data`,
`shapes` and `clusters` of it, and nothing else.
"""

from . import asv_types, preload, registry
from .registry import Hail, Plink, Plink2, Sgkit
from .sentinel import Sentinel

__all__ = ["Hail", "Plink", "Plink2", "Sentinel", "Sgkit"]

asv_types.register()
preload.preload(cls for cls in registry.TOOLS.values() if cls.kind == "package")
