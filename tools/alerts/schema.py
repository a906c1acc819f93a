"""The tables of the alerts' SQLite file, and the migration of older versions."""

import json
import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from tools.alerts import backup
from tools.common.errors import ConfigError
from tools.results import asv_storage, migration
from tools.results.series_key import Benchmark, SeriesKey, parameter_sets, split_target

# 0: series were named by asv's index of their parameter set; 1: `night` had no machine, and no
# message was noted before it was sent
VERSION = 2
_TABLES = """
create table if not exists event (
    id integer primary key, tool text not null, stack text not null, machine text not null,
    kind text not null, old text not null, new text not null, state text not null,
    until text, facts text not null default '{}', created text not null, updated text not null
);
create table if not exists series (
    event integer not null references event on delete cascade, key text not null,
    title text not null, unit text not null, better integer not null,
    old_value real not null, new_value real not null, unique (event, key)
);
create table if not exists pair (
    event integer not null references event on delete cascade, key text not null,
    old text not null, new text not null, before real not null, after real not null,
    at text not null
);
create index if not exists pair_of on pair (event, key, old, new);
create table if not exists repeat (
    stack text not null, machine text not null, key text not null, commit_hash text not null,
    first real not null, second real not null, at text not null
);
create table if not exists answer (
    event integer not null references event on delete cascade, commit_hash text not null,
    after integer, why text not null, unique (event, commit_hash)
);
create table if not exists history (
    event integer not null references event on delete cascade, state text not null,
    why text not null, at text not null
);
create index if not exists history_of on history (event);
create table if not exists night (
    stack text not null, machine text not null, commit_hash text not null,
    done integer not null, unique (stack, machine, commit_hash)
);
create table if not exists sent (
    event integer not null references event on delete cascade, channel text not null,
    state text not null, at text not null, unique (event, channel, state)
);
create table if not exists attempt (
    event integer not null references event on delete cascade, channel text not null,
    message text not null, tries integer not null, unsure integer not null, at text not null,
    unique (event, channel)
);
create table if not exists channel (
    route text not null, channel text not null, since text not null,
    unique (route, channel)
);
create table if not exists rest (channel text primary key, until text not null);
create table if not exists secret (name text primary key, value text not null);
"""


def prepare(db: sqlite3.Connection, path: Path) -> None:
    """Create the tables, or migrate those of an older version in one transaction.

    A file that is up to date is only read. Raises ConfigError for one of a newer version.
    """
    if _version(db) > VERSION:
        raise ConfigError(
            f"{path} was written by a newer version of the tracker (its schema is "
            f"{_version(db)}, and this knows {VERSION})",
            hint="update this checkout; an older one would damage it",
        )
    if _version(db) < VERSION:
        if db.execute("select 1 from sqlite_master").fetchone():  # else it was just made
            backup.save_before_migration(path, _version(db))
        unknown: set[str] = set()
        with db:
            db.execute("begin immediate")
            if _version(db) < VERSION:  # another process may have migrated it meanwhile
                unknown = _migrate(db, path.parent)
                db.execute(f"pragma user_version = {VERSION}")
        migration.warn(path, unknown)
    db.execute("pragma foreign_keys = on")


def is_old(path: Path) -> bool:
    """Whether a file of alerts is of an older version; False where it cannot be read."""
    try:
        with closing(sqlite3.connect(path)) as db:
            return _version(db) < VERSION
    except sqlite3.Error:
        return False


def _version(db: sqlite3.Connection) -> int:
    (version,) = db.execute("pragma user_version").fetchone()
    return int(version)


def _migrate(db: sqlite3.Connection, results: Path) -> set[str]:
    """Bring an older version, or an empty file, to VERSION; the names that were not migrated."""
    changed = ("series", "pair", "repeat", "night") if _version(db) == 0 else ("night",)
    tables = {name for (name,) in db.execute("select name from sqlite_master")}
    old = [name for name in changed if name in tables]
    for table in old:
        db.execute(f"alter table {table} rename to old_{table}")
    _create(db)
    names = _Names(migration.benchmarks_of(results))
    if "series" in old:
        _migrate_events(db, names)
    if "repeat" in old:
        _migrate_repeats(db, names)
    if "night" in old:
        _migrate_nights(db, results)
    for table in old:
        db.execute(f"drop table old_{table}")
    _create(db)  # the indexes of the tables that were dropped
    return names.unknown


def _create(db: sqlite3.Connection) -> None:
    """Create the tables and indexes that are missing, and the secret of the database."""
    for statement in _TABLES.split(";"):
        db.execute(statement)
    db.execute("insert or ignore into secret values ('mark', ?)", (secrets.token_hex(32),))


class _Names:
    """Keys of series that were named by asv's index of their parameter set.

    A series of an event was stored with its parameter values. They are the truth, also where the
    lists have changed since: the indices in its pairs and facts are those of its own time.
    """

    def __init__(self, benchmarks: Mapping[str, Benchmark]) -> None:
        self._benchmarks = benchmarks
        self._stored: dict[int, dict[tuple[str, int | None], SeriesKey]] = defaultdict(dict)
        self._seen: dict[str, set[SeriesKey]] = defaultdict(set)
        self.unknown: set[str] = set()

    def store(self, event: int, target: str, plain: Mapping[str, str]) -> str:
        """The key of a series of an event with these parameter values, and note it."""
        if not plain or not migration.is_old(target):
            return self.of_event(event, target)
        name, index = split_target(target)
        sets = parameter_sets(self._benchmarks[name]) if name in self._benchmarks else ()
        keys = (SeriesKey.of(name, values) for values in sets)
        quoted = {key: value if _is_number(value) else repr(value) for key, value in plain.items()}
        key = next((one for one in keys if one.plain == plain), SeriesKey.of(name, quoted))
        self._stored[event][name.rpartition(".")[0], index] = key
        self._seen[target].add(key)
        return str(key)

    def of_event(self, event: int, target: str) -> str:
        """The key of a name in the facts and pairs of an event, as text; or the name."""
        if not migration.is_old(target):
            return target
        name, index = split_target(target)
        beside = self._stored[event].get((name.rpartition(".")[0], index))  # of the same class
        return str(SeriesKey(name, beside.parameters)) if beside else self.of_list(target)

    def of_list(self, target: str) -> str:
        """The key by benchmarks.json; or the name, where events say that the list has changed."""
        key = migration.key_of(target, self._benchmarks)
        if not migration.is_old(target):
            return target
        if key is None or self._seen[target] - {key}:
            self.unknown.add(target)
            return target
        return str(key)


def _migrate_events(db: sqlite3.Connection, names: _Names) -> None:
    for row in db.execute("select * from old_series order by rowid").fetchall():
        event, target, *values, parameters = row
        key = names.store(event, target, json.loads(parameters))
        db.execute("insert or replace into series values (?, ?, ?, ?, ?, ?, ?)",
                   (event, key, *values))  # fmt: skip
    for event, target, *values in db.execute("select * from old_pair order by rowid").fetchall():
        key = names.of_event(event, target)
        db.execute("insert into pair values (?, ?, ?, ?, ?, ?, ?)", (event, key, *values))
    for event, text in db.execute("select id, facts from event").fetchall():
        facts = _migrated_facts(json.loads(text), event, names)
        db.execute("update event set facts = ? where id = ?", (json.dumps(facts), event))


def _migrated_facts(facts: dict[str, Any], event: int, names: _Names) -> dict[str, Any]:
    for name in ("confirmation", "timing"):
        if "target" in facts.get(name, {}):
            facts[name]["key"] = names.of_event(event, facts[name].pop("target"))
    facts["joined"] = [names.of_event(event, target) for target in facts.get("joined", ())]
    changed = facts.pop("beside_changed", ())
    facts["beside"] = [
        {
            "key": names.of_event(event, target),
            "old": old,
            "new": new,
            "changed": target in changed,
        }
        for target, (old, new) in facts.get("beside", {}).items()
    ]
    facts["issues"] = facts.pop("github", {})
    return facts


def _migrate_repeats(db: sqlite3.Connection, names: _Names) -> None:
    rows = db.execute("select * from old_repeat order by rowid")
    columns = [column[0] for column in rows.description]
    # without the column: only nights of this checkout have written there
    here = {} if "machine" in columns else {"machine": asv_storage.machine_name()}
    for values in rows.fetchall():
        row = {**dict(zip(columns, values, strict=True)), **here}
        row["key"] = names.of_list(row.pop("target"))
        db.execute(
            "insert into repeat (stack, machine, key, commit_hash, first, second, at)"
            " values (:stack, :machine, :key, :commit_hash, :first, :second, :at)",
            row,
        )


def _migrate_nights(db: sqlite3.Connection, results: Path) -> None:
    """Give the commits of nights the machines that have a result of them.

    Without a result a commit counts as not measured: the file may come from another machine.
    """
    here = asv_storage.machine_name()
    rows = db.execute("select stack, commit_hash, done from old_night order by rowid").fetchall()
    for stack, commit, done in rows:
        files = results.glob(f"*/{commit[:8]}*stack{stack}.json")
        machines = {file.parent.name for file in files} if done else {here}
        for machine in sorted(machines):
            db.execute("insert into night values (?, ?, ?, ?)", (stack, machine, commit, done))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text in ("True", "False", "None")
    return True
