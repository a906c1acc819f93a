"""Free space, checked before work that would otherwise end in the middle on a full disk."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tools.common.errors import DiskFullError

GB = 10**9


def require(what: str, needs: Mapping[Path, float]) -> None:
    """DiskFullError unless the disks have room for what `what` writes.

    `needs` are bytes by folder; a folder may not exist yet.
    """
    disks: dict[int, tuple[Path, float]] = {}  # one of its folders, and bytes for all of them
    for folder, size in needs.items():
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        _, so_far = disks.get(there.stat().st_dev, (there, 0.0))
        disks[there.stat().st_dev] = there, so_far + size
    for there, size in disks.values():
        free = shutil.disk_usage(there).free
        if free < size:
            raise DiskFullError(
                f"{what} needs {size / GB:.1f} GB on the disk of {there}, where "
                f"{free / GB:.1f} GB are free",
                hint="`python -m tools environments clean` removes environments that nothing "
                "uses; GWAS_CACHE=FOLDER puts the cache on another disk",
            )
