"""What an error of SQLite means to the user: another process, the disk, a right, or damage."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tools.common.errors import BusyError, DamagedError, DeniedError, TrackerError, disk_full

# by SQLite's own words: Python has its numbers from 3.11 on only
_LOCKED = ("locked",)
_FULL = ("is full",)
_DENIED = ("readonly", "unable to open", "access permission denied")
_DAMAGED = ("malformed", "not a database", "disk I/O error")


def meaning(path: Path, error: sqlite3.Error) -> TrackerError | None:
    """The TrackerError that an error of a database stands for; None where it is a bug of ours."""
    said = str(error)
    if _is_one(said, _LOCKED):
        return BusyError(
            f"{path} is in use by another process",
            hint="wait for its end, such as a night's, and run the same command again",
        )
    if _is_one(said, _FULL):
        return disk_full(str(path))
    if _is_one(said, _DENIED):
        return DeniedError(
            f"{path}: {said}", hint="make it and its folder readable and writable for this user"
        )
    return damaged(path, said) if _is_one(said, _DAMAGED) else None


def damaged(path: Path, what: str) -> DamagedError:
    """The error of a database that cannot be read."""
    return DamagedError(
        f"{path} cannot be read: {what}",
        hint="move it away: a new one is made. It lacks what was decided, measured again and "
        "told, so people are told again; nothing of asv's results is lost",
    )


def _is_one(said: str, words: tuple[str, ...]) -> bool:
    return any(word in said for word in words)
