"""A database of an older version: its series get names that last, and nothing is lost."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from asv.machine import Machine

from tools import migration
from tools.alerts import schema
from tools.alerts.evidence import Issue, OtherMetric
from tools.alerts.store import Store
from tools.common.errors import ConfigError, DamagedError
from tools.results.migration import migrate_provenance
from tools.results.series_key import SeriesKey

# as version 0 had them
OLD_TABLES = """
create table event (
    id integer primary key, tool text not null, stack text not null, machine text not null,
    kind text not null, old text not null, new text not null, state text not null,
    until text, facts text not null default '{}', created text not null, updated text not null
);
create table series (
    event integer not null references event on delete cascade, target text not null,
    title text not null, unit text not null, better integer not null,
    old_value real not null, new_value real not null, parameters text not null,
    unique (event, target)
);
create table pair (
    event integer not null references event on delete cascade, target text not null,
    old text not null, new text not null, before real not null, after real not null,
    at text not null
);
create table repeat (
    stack text not null, target text not null, commit_hash text not null,
    first real not null, second real not null, at text not null, machine text not null
);
create table answer (
    event integer not null references event on delete cascade, commit_hash text not null,
    after integer, why text not null, unique (event, commit_hash)
);
create table history (
    event integer not null references event on delete cascade, state text not null,
    why text not null, at text not null
);
create table night (
    stack text not null, commit_hash text not null, done integer not null,
    unique (stack, commit_hash)
);
create table sent (
    event integer not null references event on delete cascade, channel text not null,
    state text not null, at text not null, unique (event, channel, state)
);
create table channel (
    route text not null, channel text not null, since text not null, unique (route, channel)
);
"""
LISTS = {"param_names": ["data", "cores"], "params": [["'smoke'", "'1kg-sites'"], ["1", "2"]]}
NAMES = ("pca.Sgkit.time_compute", "pca.Sgkit.track_graph_tasks", "pca.Sgkit.peakmem_tree")
PARAMETERS = {"data": "1kg-sites", "cores": "1"}  # -2 of LISTS
VALUES = {"data": "'1kg-sites'", "cores": "1"}
TIMING, TASKS, MEMORY = (SeriesKey.of(name, VALUES) for name in NAMES)
FACTS = {
    "confirmation": {"outcome": "confirmed", "ratio": 2.0, "low": 1.9, "high": 2.1, "pairs": 4,
                     "target": f"{NAMES[0]}-2"},
    "timing": {"outcome": "confirmed", "ratio": 1.5, "low": 1.4, "high": 1.6, "pairs": 4,
               "target": f"{NAMES[0]}-2"},
    "range": {"good": "a", "bad": "b", "between": [], "finished": True},
    "joined": [f"{NAMES[1]}-2"],
    "beside": {f"{NAMES[2]}-2": [1.0, 2.0]},
    "beside_changed": [f"{NAMES[2]}-2"],
    "profile": [{"function": "pca.py:f", "old": 0.1, "new": 1.0}],
    "github": {"github:o/r": {"begun": True, "number": 3}},
}  # fmt: skip


def list_benchmarks(results: Path, lists: dict[str, Any] = LISTS) -> None:
    results.mkdir(exist_ok=True)
    listed = {name: {"name": name, **lists} for name in NAMES}
    (results / "benchmarks.json").write_text(json.dumps({"version": 2, **listed}))


def old_database(results: Path, facts: dict[str, Any] | None = None) -> Path:
    """Event 1 as version 0 kept it, with repeats of two series."""
    path = results / "alerts.sqlite"
    with sqlite3.connect(path) as db:
        db.executescript(OLD_TABLES)
        db.execute(
            "insert into event values (1, 'sgkit', 'frozen', 'box', 'code', 'a', 'b', 'confirmed',"
            " null, ?, '2026-01-01T00:00:00+00:00', '2026-01-02T00:00:00+00:00')",
            (json.dumps(FACTS if facts is None else facts),),
        )
        db.execute("insert into history values (1, 'confirmed', 'measured', '2026-01-02')")
        for name in NAMES[:2]:
            db.execute(
                "insert into series values (1, ?, 'pca', 'seconds', 0, 1.0, 2.0, ?)",
                (f"{name}-2", json.dumps(PARAMETERS)),
            )
        db.execute("insert into pair values (1, ?, 'a', 'b', 1.0, 2.0, 'now')", (f"{NAMES[0]}-2",))
        for target in (f"{NAMES[0]}-2", f"{NAMES[0]}-9", "gone.Sgkit.time_compute-0"):
            db.execute(
                "insert into repeat values ('frozen', ?, 'b', 1.0, 1.1, 'now', 'box')", (target,)
            )
        db.execute("insert into sent values (1, 'mail:a@example.org', 'confirmed', 'now')")
    return path


def test_series_get_their_values_everywhere(tmp_path: Path) -> None:
    list_benchmarks(tmp_path)
    store = Store(old_database(tmp_path))
    event = store.get(1)
    assert {line.key for line in event.series} == {TIMING, TASKS}
    assert event.main.key == TIMING
    assert event.confirmed == {TIMING, TASKS}
    assert event.evidence.beside == (OtherMetric(MEMORY, 1.0, 2.0, True),)
    assert event.evidence.issues == {"github:o/r": Issue(begun=True, number=3)}
    assert event.changed == {TIMING, TASKS, MEMORY}
    assert event.commit == "b"
    assert store.pairs(1, TIMING, "a", "b") == [(1.0, 2.0)]
    assert store.repeats("frozen", "box")[TIMING] == [(1.0, 1.1)]
    assert store.was_sent(1, "mail:a@example.org", "confirmed")
    assert [row["why"] for row in store.history(1)] == ["measured"]


def test_what_is_no_longer_listed_is_kept_said_and_matched_by_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list_benchmarks(tmp_path)
    path = old_database(tmp_path)
    kept = Store(path).repeats("frozen", "box")
    gone = {SeriesKey(f"{NAMES[0]}-9"), SeriesKey("gone.Sgkit.time_compute-0")}
    assert set(kept) == {TIMING, *gone}
    said = capsys.readouterr().err
    assert "2 series are not in benchmarks.json any more" in said
    assert "gone.Sgkit.time_compute-0" in said
    assert set(Store(path).repeats("frozen", "box")) == set(kept)
    assert capsys.readouterr().err == ""  # said once


def test_lists_that_have_changed_since_mislead_nobody(tmp_path: Path) -> None:
    """The values that an event was stored with count, and not a place in other lists."""
    list_benchmarks(tmp_path, {**LISTS, "params": [["'new'", *LISTS["params"][0]], ["1", "2"]]})
    store = Store(old_database(tmp_path))
    assert {line.key for line in store.get(1).series} == {TIMING, TASKS}
    assert store.pairs(1, TIMING, "a", "b") == [(1.0, 2.0)]
    assert TIMING not in store.repeats("frozen", "box")  # of which set they are, nobody knows


def test_without_any_list_the_events_have_their_values(tmp_path: Path) -> None:
    store = Store(old_database(tmp_path))
    assert {line.key for line in store.get(1).series} == {TIMING, TASKS}


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    list_benchmarks(tmp_path)
    path = old_database(tmp_path)
    with sqlite3.connect(path) as db:
        db.execute("update event set facts = 'no JSON'")
    before = list(sqlite3.connect(path).iterdump())
    with pytest.raises(DamagedError, match="Expecting value"):
        Store(path)
    assert list(sqlite3.connect(path).iterdump()) == before


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"pragma user_version = {schema.VERSION + 1}")
    with pytest.raises(ConfigError, match="written by a newer version of the tracker"):
        Store(path)


def test_all_records_are_migrated_once_before_asv_can_rewrite_the_lists(tmp_path: Path) -> None:
    list_benchmarks(tmp_path)
    path = old_database(tmp_path)
    migration.run(tmp_path)
    list_benchmarks(tmp_path, {**LISTS, "params": [["'new'", *LISTS["params"][0]], ["1", "2"]]})
    migration.run(tmp_path)
    assert Store(path).repeats("frozen", "box")[TIMING] == [(1.0, 1.1)]


def test_lines_of_provenance_get_their_values_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list_benchmarks(tmp_path)
    folder = tmp_path / "box" / "provenance"
    folder.mkdir(parents=True)
    path = folder / "bbbbbbbb-env.jsonl"
    data = {"name": "1kg-sites", "n_samples": 2504}
    lines = [
        {"benchmark": f"{NAMES[0]}-2", "data": data},
        {"benchmark": f"{NAMES[0]}-0", "data": data},  # of other lists: 0 is smoke now
        {"benchmark": "sentinels.Machine.time_file_read", "data": None},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"cut sh')
    migrate_provenance(tmp_path)
    *whole, cut = path.read_text().split("\n")
    assert [json.loads(line)["benchmark"] for line in whole] == [
        str(TIMING), f"{NAMES[0]}-0", "sentinels.Machine.time_file_read",
    ]  # fmt: skip
    assert json.loads(whole[0])["data"] == data
    assert cut == '{"cut sh'
    assert f"{NAMES[0]}-0" in capsys.readouterr().err
    before = path.stat().st_mtime_ns
    migrate_provenance(tmp_path)
    assert path.stat().st_mtime_ns == before
    assert capsys.readouterr().err == ""


def database_of_version_1(results: Path, nights: dict[str, int]) -> Path:
    """As version 1 kept the commits of nights: without their machine."""
    path = results / "alerts.sqlite"
    Store(path).close()
    with sqlite3.connect(path) as db:
        for table in ("night", "attempt", "rest", "secret"):
            db.execute(f"drop table {table}")
        db.execute("drop index history_of")
        db.execute(
            "create table night (stack text not null, commit_hash text not null,"
            " done integer not null, unique (stack, commit_hash))"
        )
        rows = [("frozen", commit, done) for commit, done in nights.items()]
        db.executemany("insert into night values (?, ?, ?)", rows)
        db.execute("pragma user_version = 1")
    return path


def test_commits_of_nights_belong_to_the_machines_that_measured_them(tmp_path: Path) -> None:
    here = Machine.get_unique_machine_name()
    for machine, commit in (("old-box", "a" * 40), ("old-box", "b" * 40), (here, "b" * 40)):
        (tmp_path / machine).mkdir(exist_ok=True)
        (tmp_path / machine / f"{commit[:8]}-per-commit-pyauto-stackfrozen.json").write_text("{}")
    nights = {"a" * 40: 1, "b" * 40: 1, "c" * 40: 0, "d" * 40: 1}
    store = Store(database_of_version_1(tmp_path, nights))
    assert store.nights("frozen", "old-box") == {"a" * 40: True, "b" * 40: True}
    assert store.nights("frozen", here) == {"b" * 40: True, "c" * 40: False}
    assert store._rows("select 1 from sqlite_master where name = 'history_of'")


def test_on_new_hardware_no_commit_counts_as_measured(tmp_path: Path) -> None:
    """A copied database, of today's version or an older one, without or with its results."""
    store = Store(database_of_version_1(tmp_path, {"a" * 40: 1}))
    store.begin_commits("frozen", "old-box", ["b" * 40])
    store.finish_commits("frozen", "old-box", ["b" * 40])
    assert store.nights("frozen", Machine.get_unique_machine_name()) == {}
    assert store.nights("frozen", "old-box") == {"b" * 40: True}
    store.begin_commits("frozen", "new-box", ["b" * 40])
    assert store.nights("frozen", "new-box") == {"b" * 40: False}


def test_a_database_keeps_its_secret_and_no_other_has_it(tmp_path: Path) -> None:
    secret = Store(database_of_version_1(tmp_path, {})).secret()
    assert len(secret) == 32
    assert Store(tmp_path / "alerts.sqlite").secret() == secret
    assert Store(tmp_path / "other.sqlite").secret() != secret
