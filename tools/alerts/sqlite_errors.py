"""Explain SQLite's errors: another process, a full disk, a missing permission, or damage."""

import sqlite3
from pathlib import Path

from tools.common.errors import BusyError, DamagedError, DeniedError, TrackerError, disk_full

# SQLite's own words; Python has its error numbers from 3.11 on only
_DENIED = ("readonly", "unable to open", "access permission denied")
_DAMAGED = ("malformed", "not a database", "disk I/O error")


def meaning(path: Path, error: sqlite3.Error) -> TrackerError | None:
    """The TrackerError for an error of SQLite; None for a bug of ours."""
    text = str(error)
    if "locked" in text:
        return BusyError(
            f"{path} is in use by another process",
            hint="wait until it ends (a night may take hours), then run the same command again",
        )
    if "is full" in text:
        return disk_full(str(path))
    if any(words in text for words in _DENIED):
        return DeniedError(
            f"{path}: {text}", hint="make it and its folder readable and writable for this user"
        )
    return damaged(path, text) if any(words in text for words in _DAMAGED) else None


def damaged(path: Path, what: str) -> DamagedError:
    """The error of a database that cannot be read."""
    return DamagedError(
        f"{path} cannot be read: {what}",
        hint="bring back a copy (`python -m tools alerts restore` lists them), or move it away: "
        "the next command makes a new one. It lacks all decisions, verdicts and notifications, "
        "so people are notified again. asv's results stay",
    )
