"""The copies of the alerts database are consistent, few, and come back without a loss unsaid."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.alerts.made import add_event
from tests.alerts.test_migration import database_of_version_1, old_database
from tools.__main__ import main
from tools.alerts import backup, schema, states
from tools.alerts.store import Store
from tools.cli import restore
from tools.common import files
from tools.common.errors import BusyError, DamagedError, UsageError


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with one event, which `alerts restore` takes for the checkout's."""
    path = tmp_path / "results" / "alerts.sqlite"
    store = Store(path)
    add_event(store, "a" * 40, "b" * 40, 2.0)
    store.close()
    monkeypatch.setattr(restore, "_DATABASE", path)
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    return path


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the day of the copies that are made."""

    def set_clock(day: int) -> None:
        now = datetime.datetime(2026, 7, day, 3, tzinfo=datetime.timezone.utc)
        monkeypatch.setattr(backup, "_now", lambda: now)

    return set_clock


def change(database: Path, count: int = 1) -> None:
    """Add events, of which the last is confirmed and sent."""
    store = Store(database)
    for _ in range(count):
        event = add_event(store, "a" * 40, "b" * 40, 2.0)
    store.set_state(event.id, states.CONFIRMED, "measured")
    store.mark_sent(event.id, "mail:a@example.org", states.CONFIRMED)
    store.close()


def damage(path: Path) -> None:
    path.write_bytes(b"x" * 100 + path.read_bytes()[100:])


def names(database: Path) -> list[str]:
    return sorted(path.name for path in (database.parent / "backups").iterdir())


def dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as db:
        return list(db.iterdump())


def test_a_copy_has_what_is_committed_and_nothing_else(database: Path) -> None:
    before = dump(database)
    with sqlite3.connect(database) as other:
        other.execute("begin immediate")
        other.execute("delete from event")
        copy = backup.save(database)
        other.rollback()
    assert dump(copy) == before
    Store(copy).close()


def test_seven_are_kept_of_each_database(
    database: Path, clock: Callable[[int], None], tmp_path: Path
) -> None:
    for day in range(1, 11):
        clock(day)
        backup.save(database)
    days = [copy.at[:8] for copy in backup.listed(database)]
    assert days == [f"202607{day:02}" for day in range(10, 3, -1)]
    first = names(database)
    database.rename(tmp_path / "moved away")
    Store(database).close()
    for day in range(11, 31):
        clock(day)
        backup.save(database)
    assert len(names(database)) == 2 * backup.KEPT
    assert set(first) < set(names(database))


def test_a_damaged_database_pushes_out_no_copy(
    database: Path, clock: Callable[[int], None]
) -> None:
    for day in range(1, 8):
        clock(day)
        backup.save(database)
    kept = names(database)
    content = bytearray(database.read_bytes())
    content[3 * 4096 : 4 * 4096] = b"x" * 4096
    database.write_bytes(content)
    clock(9)
    with pytest.raises(DamagedError, match="alerts restore"):
        backup.save(database)
    damage(database)
    with pytest.raises(DamagedError):
        backup.save(database)
    assert names(database) == kept


def test_a_migration_keeps_a_copy_of_what_it_changes(tmp_path: Path) -> None:
    for version, made in enumerate((old_database, lambda at: database_of_version_1(at, {"c": 1}))):
        results = tmp_path / str(version)
        results.mkdir()
        path = made(results)  # type: ignore[operator]
        before = dump(path)
        Store(path).close()
        Store(path).close()
        kept = [one for one in names(path) if one.startswith(f"alerts-schema{version}-")]
        assert len(kept) == 1
        assert dump(path.parent / "backups" / kept[0]) == before
        backup.restore(path, backup.choose(path, kept[0]))
        assert dump(path) == before
        with sqlite3.connect(path) as db:
            assert db.execute("pragma user_version").fetchone() == (version,)
        Store(path).close()


def test_the_copies_are_listed_the_newest_first(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alerts", "restore"]) == 0
    assert "each night makes one" in capsys.readouterr().out
    copy = backup.save(database)
    (copy.parent / "alerts-00000000-20260101T000000Z.sqlite").write_text("no database")
    assert main(["alerts", "restore"]) == 0
    said = capsys.readouterr().out
    assert copy.name in said
    assert "20260101" not in said


def test_a_database_that_is_damaged_or_gone_is_brought_back(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dump(database)
    copy = backup.save(database)
    damage(database)
    Path(f"{database}-journal").write_bytes(b"of the damaged file")
    with pytest.raises(DamagedError, match="alerts restore"):
        Store(database)
    assert main(["alerts", "restore", copy.name]) == 0
    assert "brought back alerts-" in capsys.readouterr().out
    assert dump(database) == before
    assert not Path(f"{database}-journal").exists()
    assert any(".damaged" in name for name in names(database))
    database.unlink()
    assert main(["alerts", "restore", copy.name]) == 0
    assert "kept" not in capsys.readouterr().out
    assert dump(database) == before


def test_a_newer_database_is_replaced_only_where_that_is_said(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = backup.save(database)
    before = dump(database)
    assert main(["alerts", "restore", copy.name]) == 0  # nothing would be lost
    change(database, 3)
    newer = dump(database)
    capsys.readouterr()
    assert main(["alerts", "restore", copy.name]) == 2
    said = capsys.readouterr().err
    assert "lacks: 3 events, 4 states of events, 1 notifications" in said
    assert "--replace-newer" in said
    assert dump(database) == newer
    opened = Store(database)  # of another process
    assert main(["alerts", "restore", copy.name, "--replace-newer"]) == 0
    assert dump(database) == before
    assert len(opened.all()) == 1
    opened.close()
    folder = database.parent / "backups"
    (kept,) = (name for name in names(database) if dump(folder / name) == newer)
    assert kept.startswith("alerts-replaced-")
    assert backup.choose(database, copy.name[16:24]).path == copy  # of this day
    assert main(["alerts", "restore", kept]) == 0  # and back again
    assert dump(database) == newer


def test_another_database_and_a_newer_schema_are_not_replaced_unsaid(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = backup.save(database)
    database.unlink()
    change(database)
    assert main(["alerts", "restore", copy.name]) == 2
    assert "lacks: 1 events" in capsys.readouterr().err
    with sqlite3.connect(database) as db:
        db.execute(f"pragma user_version = {schema.VERSION + 1}")
    assert main(["alerts", "restore", copy.name]) == 2
    assert main(["alerts", "restore", copy.name, "--replace-newer"]) == 0
    Store(database).close()


def test_not_while_a_night_runs_nor_while_somebody_writes(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = backup.save(database)
    with files.lock(tmp_path / "cache" / "nightly.lock", "the night"):
        assert main(["alerts", "restore", copy.name]) == 7
    monkeypatch.setattr(backup, "_PATIENCE", 0.2)
    with sqlite3.connect(database) as other:
        other.execute("begin exclusive")
        with pytest.raises(BusyError):
            backup.save(database)
        with pytest.raises(BusyError):
            backup.restore(database, backup.listed(database)[0])
    assert names(database) == [copy.name]


def test_a_copy_that_is_not_there_is_said(database: Path) -> None:
    with pytest.raises(UsageError, match=r"no copy .* has '2031' in its name"):
        backup.choose(database, "2031")
