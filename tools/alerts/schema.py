"""The tables of the alerts' SQLite file, made where they are missing and brought up to date."""

from __future__ import annotations

import sqlite3

from asv.machine import Machine

_TABLES = """
create table if not exists event (
    id integer primary key, tool text not null, stack text not null, machine text not null,
    kind text not null, old text not null, new text not null, state text not null,
    until text, facts text not null default '{}', created text not null, updated text not null
);
create table if not exists series (
    event integer not null references event on delete cascade, target text not null,
    title text not null, unit text not null, better integer not null,
    old_value real not null, new_value real not null, parameters text not null,
    unique (event, target)
);
create table if not exists pair (
    event integer not null references event on delete cascade, target text not null,
    old text not null, new text not null, before real not null, after real not null,
    at text not null
);
create table if not exists repeat (
    stack text not null, target text not null, commit_hash text not null,
    first real not null, second real not null, at text not null, machine text not null
);
create table if not exists answer (
    event integer not null references event on delete cascade, commit_hash text not null,
    after integer, why text not null, unique (event, commit_hash)
);
create table if not exists history (
    event integer not null references event on delete cascade, state text not null,
    why text not null, at text not null
);
create table if not exists night (
    stack text not null, commit_hash text not null, done integer not null,
    unique (stack, commit_hash)
);
create table if not exists sent (
    event integer not null references event on delete cascade, channel text not null,
    state text not null, at text not null, unique (event, channel, state)
);
create table if not exists channel (
    route text not null, channel text not null, since text not null,
    unique (route, channel)
);
"""


def prepare(db: sqlite3.Connection) -> None:
    """Make the tables, and add to those of an older version what they lack.

    Nothing is written where nothing is missing: whoever may only read can open the file.
    """
    db.execute("pragma foreign_keys = on")
    db.executescript(_TABLES)
    if _lacks_machine(db):
        with db:
            db.execute("begin immediate")
            if _lacks_machine(db):  # of two that open an old file at once, one changes it
                # only nights of this checkout have written there, so it is this machine
                here = Machine.get_unique_machine_name().replace("'", "''")
                db.execute(f"alter table repeat add column machine text not null default '{here}'")


def _lacks_machine(db: sqlite3.Connection) -> bool:
    return "machine" not in {row[1] for row in db.execute("pragma table_info(repeat)")}
