"""Remove environments and numba's compiled files that were not used for some time.

On the dated stack a year of nights makes hundreds of environments. What is needed again is made
again.
"""

import shutil
import time
from pathlib import Path

from tools.common import paths, untrusted
from tools.environments import manifest
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
                untrusted.remove(compiled)
        return remove_environments(root, before)


def remove_environments(root: Path, before: float) -> int:
    """Remove environments last used before a time, those of sides too; return their number."""
    count = 0
    for path in [*root.glob("py*"), *root.glob("side-*/py*")]:
        finished = path / "finished"
        # a killed process left an environment without this file
        used = (finished if finished.exists() else path).stat().st_mtime
        if path.is_dir() and used < before:
            finished.unlink(missing_ok=True)  # first, so that nobody uses it half removed
            manifest.remove(path)
            shutil.rmtree(path)
            count += 1
    return count
