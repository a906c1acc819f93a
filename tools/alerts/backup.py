"""Copies of the alerts database: one a night, and one before each migration to a newer version.

They are in `backups`, beside the database. A copy is consistent, also while others write.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tools.alerts import sqlite_errors
from tools.common.errors import DamagedError, TrackerError, UsageError

KEPT = 7  # copies of each database
FOLDER = "backups"
_PATIENCE = 30.0  # seconds that another process may take for its change
_STAMP = "%Y%m%dT%H%M%SZ"
_REPLACED = "replaced"
_NIGHTLY = re.compile(r"alerts-[0-9a-f]{8}-\d{8}T\d{6}Z\.sqlite")
_BESIDE = ("-journal", "-wal", "-shm")  # SQLite's, which belong to one file
# what a database gains over time: rows of each table, and what tells them apart
_GROWS = {
    "events": "select id, created from event",
    "states of events": "select event, state, at from history",
    "measured pairs": "select event, key, at, before, after from pair",
    "notifications": "select event, channel, state from sent",
}


@dataclass(frozen=True)
class Backup:
    """A copy, as `alerts restore` lists it."""

    path: Path
    at: str  # when it was copied, as its name has it
    version: int  # of the schema
    events: int
    newest: str | None  # when an event last changed, as ISO text
    identity: str  # the same for all copies of one database


def save(database: Path) -> Path:
    """Copy a database, and remove the oldest nightly copies of the same one beyond KEPT.

    A database that was made anew does not push out the copies of the one before it. Raises
    DamagedError if the database is damaged; then the older copies stay.
    """
    folder = database.parent / FOLDER
    identity = _read(database).identity
    path = _copy(database, folder / f"alerts-{identity}-{_now():{_STAMP}}.sqlite")
    same = sorted(
        one for one in folder.glob(f"alerts-{identity}-*") if _NIGHTLY.fullmatch(one.name)
    )
    for old in same[:-KEPT]:
        old.unlink()
    return path


def save_before_migration(database: Path, version: int) -> None:
    """Copy a database of an older version, which no later copy pushes out."""
    name = f"alerts-schema{version}-{_now():{_STAMP}}.sqlite"
    _copy(database, database.parent / FOLDER / name)


def listed(database: Path) -> list[Backup]:
    """The copies that can be read, the newest first."""
    found = []
    for path in (database.parent / FOLDER).glob("alerts-*.sqlite"):
        try:
            found.append(_read(path))
        except TrackerError:
            continue  # damaged: no copy to bring back
    return sorted(found, key=lambda backup: backup.at, reverse=True)


def choose(database: Path, which: str) -> Backup:
    """The newest copy that has `which` in its name; UsageError for none.

    A database that was replaced is chosen only if no other copy fits.
    """
    fitting = [backup for backup in listed(database) if which in backup.path.name]
    fitting.sort(key=lambda backup: _REPLACED in backup.path.name)
    if not fitting:
        raise UsageError(
            f"no copy of the alerts database has {which!r} in its name",
            hint="`python -m tools alerts restore` lists the copies",
        )
    return fitting[0]


def gains(database: Path, backup: Backup) -> Mapping[str, int]:
    """How many rows a database has that a copy lacks, by what they are.

    None if the database is damaged, or is not there.
    """
    if not database.exists():
        return {}
    try:
        same = _read(database).identity == backup.identity
    except DamagedError:
        same = True
    lacking = {
        what: _rows(database, rows) - (_rows(backup.path, rows) if same else set())
        for what, rows in _GROWS.items()
    }
    return {what: len(rows) for what, rows in lacking.items() if rows}


def restore(database: Path, backup: Backup) -> Path | None:
    """Bring a copy back; returns where the database that it replaces is kept, None without one.

    A database that is readable is replaced in place, so that no other process goes on with it.
    A damaged one is moved away, with the files that SQLite keeps beside it.
    """
    if not database.exists():
        _copy(backup.path, database)
        return None
    name = f"alerts-{_REPLACED}-{_now():%Y%m%dT%H%M%S.%fZ}.sqlite"
    kept = database.parent / FOLDER / name
    try:
        _copy(database, kept)
    except DamagedError:
        kept = kept.with_suffix(".damaged")
        for suffix in ("", *_BESIDE):
            if (beside := Path(f"{database}{suffix}")).exists():
                beside.replace(f"{kept}{suffix}")
        _copy(backup.path, database)
    else:
        _backup(backup.path, database)
    return kept


def _copy(source: Path, target: Path) -> Path:
    """Copy a database whole or not at all."""
    unfinished = target.with_name(f".{target.name}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        _backup(source, unfinished)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target


def _backup(source: Path, target: Path) -> None:
    end = time.monotonic() + _PATIENCE

    def wait(status: int, _remaining: int, _total: int) -> None:
        if status and time.monotonic() > end:  # else it would wait for ever
            raise sqlite3.OperationalError("database is locked")

    try:
        with closing(_open(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new, progress=wait)
            (problem,) = new.execute("pragma integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise sqlite_errors.meaning(source, error) or error from None
    if problem != "ok":
        raise sqlite_errors.damaged(source, problem)


def _open(path: Path) -> sqlite3.Connection:
    """A connection that does not make the file. It may end a change that a kill cut short."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_PATIENCE)


def _read(path: Path) -> Backup:
    """Describe a database; DamagedError if it is none."""
    try:
        with closing(_open(path)) as db:
            (version,) = db.execute("pragma user_version").fetchone()
            events, newest = db.execute("select count(*), max(updated) from event").fetchone()
            # version 1 had no secret
            secret = (
                "select value from secret" if version > 1 else "select min(created) from event"
            )
            identity = hashlib.sha256(str(db.execute(secret).fetchone()).encode()).hexdigest()[:8]
    except sqlite3.Error as error:
        raise sqlite_errors.meaning(path, error) or sqlite_errors.damaged(
            path, str(error)
        ) from None
    # not the time of the file: who copies the folder may change it
    at = re.search(r"\d{8}T\d{6}", path.name)
    return Backup(path, at[0] if at else "", version, events, newest, identity)


def _rows(path: Path, query: str) -> set[tuple[object, ...]]:
    """The rows of a query; none where the database is damaged, or too old for it."""
    try:
        with closing(_open(path)) as db:
            return set(db.execute(query))
    except sqlite3.Error:
        return set()


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)
