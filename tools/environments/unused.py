"""What was not used for long is removed: environments, and what numba compiled for commits.

With packages of each commit's date a year of nights makes hundreds of environments. All of it is
made again when it is needed.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from tools.common import paths
from tools.environments import venvs
from tools.environments.machine import alone

DAYS = 30.0


def remove(root: Path, days: float = DAYS) -> int:
    """Remove what was not used for so many days; how many environments below `root` those were.

    BusyError when a run measures there.
    """
    before = time.time() - days * 86400
    with alone(root):
        for compiled in paths.cache("numba").glob("*/*"):  # of an environment and a commit
            if compiled.stat().st_mtime < before:
                shutil.rmtree(compiled)
        return venvs.remove_unused(root, before)
