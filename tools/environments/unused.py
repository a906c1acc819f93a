"""Remove environments and numba's compiled files that were not used for some time.

On the dated stack a year of nights makes hundreds of environments. What is needed again is made
again.
"""

import shutil
import time
from pathlib import Path

from tools.common import paths
from tools.environments import venvs
from tools.environments.machine import measuring_lock

DAYS = 30.0


def remove(root: Path, days: float = DAYS) -> int:
    """Remove what was not used for `days`; return the number of removed environments in `root`.

    BusyError when a run measures there.
    """
    before = time.time() - days * 86400
    with measuring_lock(root):
        for compiled in paths.cache("numba").glob("*/*"):  # of an environment and a commit
            if compiled.stat().st_mtime < before:
                shutil.rmtree(compiled)
        return venvs.remove_unused(root, before)
