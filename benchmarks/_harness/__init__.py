"""What the task classes inherit: data paths, cores, timing, checks, cost. Nothing of a task.

A task module's classes inherit from `Sentinel`, or from the base class of their tool: `Sgkit`,
`Hail`, `Plink`, `Plink2`, as registry.TOOLS has them.

The underscore says that no benchmark is in here. Other packages import `registry`, `cores`,
`data`, `metrics`, `shapes` and `clusters`, and nothing else.
"""

from . import asv_types, preload, registry
from .sentinel import Sentinel

__all__ = ["Sentinel", *(cls.__name__ for cls in registry.TOOLS.values())]

globals().update((cls.__name__, cls) for cls in registry.TOOLS.values())
asv_types.register()
preload.preload(cls for cls in registry.TOOLS.values() if cls.kind == "package")
