"""What is wrong with the memory is said as it is, and a change is kept whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.made import add_event
from tools.alerts import states, store
from tools.alerts.evidence import NONE
from tools.alerts.store import Store
from tools.common.errors import BusyError, DamagedError, DeniedError, DiskFullError, UsageError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A memory that holds one event."""
    made = Store(tmp_path / "alerts.sqlite")
    add_event(made, "a", "b", 2.0)
    made.close()
    return tmp_path / "alerts.sqlite"


@pytest.fixture
def other(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """Another process that has the file open, and for which nobody waits long."""
    monkeypatch.setattr(store, "_PATIENCE", 0.1)
    made = sqlite3.connect(path)
    yield made
    made.rollback()
    made.close()


@pytest.mark.parametrize("start", [0, 2 * 4096])
def test_a_damaged_file_is_named_with_what_is_lost(path: Path, start: int) -> None:
    content = bytearray(path.read_bytes())
    content[start : start + 4096] = b"x" * 4096
    path.write_bytes(content)
    with pytest.raises(DamagedError, match=r"move it away: .* lacks all decisions"):
        Store(path)


def test_a_file_in_use_is_waited_for_and_not_moved_away(
    path: Path, other: sqlite3.Connection
) -> None:
    other.execute("begin exclusive")
    with pytest.raises(BusyError, match="in use by another process") as raised:
        Store(path)
    assert "move it away" not in str(raised.value)
    other.rollback()
    opened = Store(path)
    other.execute("begin immediate")
    with pytest.raises(BusyError):
        opened.add_evidence(1, reopened="why")
    other.commit()
    other.execute("begin exclusive")
    with pytest.raises(BusyError):
        opened.get(1)


def test_what_is_up_to_date_is_read_without_a_right_to_write(
    path: Path, other: sqlite3.Connection
) -> None:
    other.execute("begin immediate")  # nobody else may write now
    assert [event.id for event in Store(path).all()] == [1]


def test_a_full_disk_is_said(path: Path) -> None:
    opened = Store(path)
    (pages,) = opened._db.execute("pragma page_count").fetchone()
    opened._db.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(DiskFullError, match=r"alerts\.sqlite"):
        opened.add_evidence(1, reopened="x" * 100_000)
    assert opened.get(1).evidence == NONE
    opened.add_evidence(1, reopened="x")


def test_what_may_not_be_written_is_said(path: Path) -> None:
    opened = Store(path)
    opened._db.execute("pragma query_only = on")
    with pytest.raises(DeniedError, match=r"alerts\.sqlite: .*readonly"):
        opened.set_state(1, states.CONFIRMED, "measured")
    assert opened.get(1).state == states.NEW


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(DeniedError, match="unable to open"):
        Store(tmp_path)  # a folder


def test_a_bug_of_ours_is_no_damage(path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        Store(path)._rows("select * from absent")


def test_what_is_changed_together_is_kept_whole_or_not_at_all(path: Path) -> None:
    opened = Store(path)

    def change(last: str) -> None:
        with opened.transaction():
            opened.add_evidence(1, reopened="why")
            opened.set_state(1, last, "measured")

    with pytest.raises(UsageError, match="unknown state"):
        change("fixed")
    kept = Store(path)
    assert (kept.get(1).state, kept.get(1).evidence) == (states.NEW, NONE)
    change(states.CONFIRMED)
    assert (kept.get(1).state, kept.get(1).evidence.reopened) == (states.CONFIRMED, "why")
