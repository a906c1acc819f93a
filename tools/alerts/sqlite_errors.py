"""SQLite's errors as the user's: another process, a full disk, a missing right, or damage."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tools.common.errors import BusyError, DamagedError, DeniedError, TrackerError, disk_full

# SQLite's own words; Python has its error numbers from 3.11 on only
_LOCKED = ("locked",)
_FULL = ("is full",)
_DENIED = ("readonly", "unable to open", "access permission denied")
_DAMAGED = ("malformed", "not a database", "disk I/O error")


def meaning(path: Path, error: sqlite3.Error) -> TrackerError | None:
    """The TrackerError for an error of SQLite; None for a bug of ours."""
    said = str(error)
    if _is_one(said, _LOCKED):
        return BusyError(
            f"{path} is in use by another process",
            hint="wait until it ends (a night may take hours), then run the same command again",
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
        hint="move it away: the next command makes a new one. It lacks all decisions, "
        "verdicts and notifications, so people are notified again. asv's results stay",
    )


def _is_one(said: str, words: tuple[str, ...]) -> bool:
    return any(word in said for word in words)
