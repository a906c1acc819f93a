"""The alerts database, one SQLite file: events, their measurements, and what was sent."""

import datetime
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from tools.alerts import evidence, schema, sqlite_errors
from tools.alerts.events import Event, SeriesChange
from tools.alerts.states import CONFIRMED, NEW, STATES
from tools.common import paths
from tools.common.errors import UsageError
from tools.results.series_key import SeriesKey

_PATIENCE = 30  # seconds that another process may take for its change


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a channel was sent about an event without success, or without a known outcome."""

    message: str  # its key
    tries: int
    unsure: int  # of the tries: the message may have arrived
    at: datetime.datetime  # of the last one


class Store:
    """The events of one checkout.

    Raises BusyError, DiskFullError, DeniedError or DamagedError where the file cannot be read or
    written.
    """

    def __init__(self, path: Path) -> None:
        """Open, create or migrate the file. Raises ConfigError for one of a newer version."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        try:
            self._db = sqlite3.connect(path, timeout=_PATIENCE)
            self._db.row_factory = sqlite3.Row
            schema.prepare(self._db, path)
            (problem,) = self._db.execute("pragma quick_check(1)").fetchone()
        except ValueError as error:  # the evidence of an old file is no JSON
            raise sqlite_errors.damaged(path, str(error)) from None
        except sqlite3.DatabaseError as error:
            # a file that is no database of ours fails with any error
            meaning = sqlite_errors.meaning(path, error)
            raise meaning or sqlite_errors.damaged(path, str(error)) from None
        if problem != "ok":
            raise sqlite_errors.damaged(path, problem)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Keep all changes that are made inside, or none of them."""
        if self._db.in_transaction:  # part of a larger change
            yield self._db
            return
        with self._explained(), self._db:
            self._db.execute("begin immediate")
            yield self._db

    # ---- events

    def add(
        self, tool: str, stack: str, machine: str, kind: str, old: str, new: str,
        series: Iterable[SeriesChange],
    ) -> Event:  # fmt: skip
        """A new event in state NEW."""
        now = _now()
        with self.transaction() as db:
            row = db.execute(
                "insert into event (tool, stack, machine, kind, old, new, state, created, updated)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (tool, stack, machine, kind, old, new, NEW, now, now),
            )
            number = row.lastrowid
            assert number is not None
            db.execute("insert into history values (?, ?, ?, ?)", (number, NEW, "detected", now))
            self.add_series(number, series)
        return self.get(number)

    def add_series(self, event: int, series: Iterable[SeriesChange]) -> None:
        """Add series to an event, or replace those that it has."""
        rows = [(event, str(change.key), *astuple(change)[1:]) for change in series]
        self._write("insert or replace into series values (?, ?, ?, ?, ?, ?, ?)", *rows)

    def remove_series(self, event: int, keys: Iterable[SeriesKey]) -> None:
        """Remove series that the event's commit does not explain."""
        rows = [(event, str(key)) for key in keys]
        self._write("delete from series where event = ? and key = ?", *rows)

    def set_range(self, event: int, old: str, new: str) -> None:
        """Set the two measured commits that the change lies between."""
        self._set(event, old=old, new=new)

    def set_kind(self, event: int, kind: str) -> None:
        """Set what changed: code, dependency or machine."""
        self._set(event, kind=kind)

    def add_evidence(self, event: int, **more: Any) -> None:
        """Set fields of the event's Evidence; ValueError for what does not fit."""
        with self.transaction():
            changed = evidence.replaced(self.get(event).evidence, **more)
            self._set(event, facts=json.dumps(evidence.as_json(changed)))

    def set_state(self, event: int, state: str, why: str, until: str | None = None) -> None:
        """Change an event's state; `why` names the reason, and who or what decided."""
        if state not in STATES:
            raise UsageError(f"unknown state {state!r}; known: {', '.join(STATES)}")
        self.get(event)
        with self.transaction():
            self._set(event, state=state, until=until)
            self._write("insert into history values (?, ?, ?, ?)", (event, state, why, _now()))

    def get(self, event: int) -> Event:
        """One event; UsageError when there is none of that number."""
        events = self._events("id = ?", event)
        if not events:
            raise UsageError(f"no event {event}", hint="`python -m tools alerts list` shows them")
        return events[0]

    def all(self, *in_states: str) -> list[Event]:
        """The events in these states (all by default), the newest first."""
        marks = ", ".join("?" * len(in_states))
        return self._events(f"state in ({marks})" if in_states else "true", *in_states)

    def history(self, event: int) -> list[Mapping[str, str]]:
        """The states of an event with reason and time, the oldest first."""
        rows = self._rows("select * from history where event = ? order by rowid", event)
        return [dict(row) for row in rows]

    def first_confirmed(self) -> dict[int, str]:
        """When each event was confirmed for the first time, as ISO text."""
        rows = self._rows(
            "select event, min(at) from history where state = ? group by event", CONFIRMED
        )
        return {event: at for event, at in rows}

    # ---- measurements of an event

    def pairs(self, event: int, key: SeriesKey, old: str, new: str) -> list[tuple[float, float]]:
        """The pairs (before, after) of a series at two commits, in order of measurement."""
        rows = self._rows(
            "select before, after from pair where event = ? and key = ? and old = ?"
            " and new = ? order by rowid",
            event, str(key), old, new,
        )  # fmt: skip
        return [(row["before"], row["after"]) for row in rows]

    def has_pairs(self, event: int) -> bool:
        """Whether the event has any pair."""
        return bool(self._rows("select 1 from pair where event = ? limit 1", event))

    def add_pair(
        self, event: int, key: SeriesKey, old: str, new: str, before: float, after: float
    ) -> None:
        """Add one pair."""
        row = (event, str(key), old, new, before, after, _now())
        self._write("insert into pair values (?, ?, ?, ?, ?, ?, ?)", row)

    def answers(self, event: int) -> dict[str, bool | None]:
        """Bisection's answer by commit: True after the change, False before it, None unknown."""
        rows = self._rows("select * from answer where event = ?", event)
        return {
            row["commit_hash"]: None if row["after"] is None else bool(row["after"])
            for row in rows
        }

    def add_answer(self, event: int, commit: str, after: bool | None, why: str) -> None:
        """Add one answer of bisection, with its reason."""
        row = (event, commit, after, why)
        self._write("insert or replace into answer values (?, ?, ?, ?)", row)

    # ---- repeats of one commit (A/A)

    def add_repeat(
        self, stack: str, machine: str, key: SeriesKey, commit: str, first: float, second: float
    ) -> None:
        """Add two values of one commit, measured like the sides of a comparison."""
        self._write(
            "insert into repeat (stack, machine, key, commit_hash, first, second, at)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (stack, machine, str(key), commit, first, second, _now()),
        )

    def repeats(self, stack: str, machine: str) -> dict[SeriesKey, list[tuple[float, float]]]:
        """All repeats of a stack on a machine by series, in order."""
        pairs: dict[SeriesKey, list[tuple[float, float]]] = {}
        for row in self._rows(
            "select * from repeat where stack = ? and machine = ? order by rowid", stack, machine
        ):
            pairs.setdefault(SeriesKey.from_record(row["key"]), []).append(
                (row["first"], row["second"])
            )
        return pairs

    def repeated(self) -> list[tuple[str, str]]:
        """The stacks and machines that have repeats."""
        rows = self._rows("select distinct stack, machine from repeat order by 1, 2")
        return [(row["stack"], row["machine"]) for row in rows]

    # ---- commits of nights

    def begin_commits(self, stack: str, machine: str, commits: Iterable[str]) -> None:
        """Note that a night starts to measure these commits on a machine."""
        rows = [(stack, machine, commit) for commit in commits]
        self._write("insert or ignore into night values (?, ?, ?, 0)", *rows)

    def finish_commits(self, stack: str, machine: str, commits: Iterable[str]) -> None:
        """Note that a night has finished these commits, measured or failed."""
        rows = [(stack, machine, commit) for commit in commits]
        self._write(
            "update night set done = 1 where stack = ? and machine = ? and commit_hash = ?", *rows
        )

    def nights(self, stack: str, machine: str) -> dict[str, bool]:
        """The commits that nights of a machine have begun, and whether they were finished."""
        rows = self._rows("select * from night where stack = ? and machine = ?", stack, machine)
        return {row["commit_hash"]: bool(row["done"]) for row in rows}

    # ---- notifications

    def was_sent(self, event: int, channel: str, state: str) -> bool:
        """Whether a channel was sent this state of an event."""
        rows = self._rows(
            "select 1 from sent where event = ? and channel = ? and state = ?",
            event, channel, state,
        )  # fmt: skip
        return bool(rows)

    def mark_sent(self, event: int, channel: str, state: str) -> None:
        """Note that a channel was sent this state of an event."""
        row = (event, channel, state, _now())
        self._write("insert or ignore into sent values (?, ?, ?, ?)", row)

    def forget_sent(self, event: int) -> None:
        """Have all channels notified of an event again."""
        with self.transaction():
            for table in ("sent", "attempt"):
                self._write(f"delete from {table} where event = ?", (event,))

    def sent_to(self, channel: str, state: str) -> set[int]:
        """The events of which a channel was sent this state."""
        rows = self._rows("select event from sent where channel = ? and state = ?", channel, state)
        return {row["event"] for row in rows}

    def begin_sending(self, channel: str, events: Iterable[int], message: str) -> None:
        """Note, before a message is sent, that it may arrive; `message` is its key."""
        now = _now()
        self._write(
            "insert into attempt values (?, ?, ?, 1, 1, ?) on conflict (event, channel) do update"
            " set message = excluded.message, tries = tries + 1, unsure = unsure + 1,"
            " at = excluded.at",
            *[(event, channel, message, now) for event in events],
        )

    def end_sending(self, channel: str, events: Iterable[int], state: str) -> None:
        """Note that a message was sent: this state of its events."""
        numbers, now = list(events), _now()
        with self.transaction():
            rows = [(event, channel, state, now) for event in numbers]
            self._write("insert or ignore into sent values (?, ?, ?, ?)", *rows)
            self._write(
                "delete from attempt where event = ? and channel = ?",
                *[(event, channel) for event in numbers],
            )

    def fail_sending(self, channel: str, events: Iterable[int]) -> None:
        """Note that a message that was begun has not arrived."""
        self._write(
            "update attempt set unsure = unsure - 1 where event = ? and channel = ?",
            *[(event, channel) for event in events],
        )

    def attempts(self, channel: str) -> dict[int, Attempt]:
        """By event: what a channel was sent without success, or without a known outcome."""
        rows = self._rows("select * from attempt where channel = ?", channel)
        return {
            row["event"]: Attempt(
                row["message"], row["tries"], row["unsure"],
                datetime.datetime.fromisoformat(row["at"]),
            )
            for row in rows
        }  # fmt: skip

    def set_rest(self, channel: str, until: datetime.datetime) -> None:
        """Note until when a channel asked to be left alone."""
        self._write("insert or replace into rest values (?, ?)", (channel, until.isoformat()))

    def rest(self, channel: str) -> datetime.datetime | None:
        """Until when a channel asked to be left alone, if it ever did; may be in the past."""
        rows = self._rows("select until from rest where channel = ?", channel)
        return datetime.datetime.fromisoformat(rows[0]["until"]) if rows else None

    def secret(self) -> bytes:
        """A random secret of this database, which its copies share."""
        (row,) = self._rows("select value from secret where name = 'mark'")
        return bytes.fromhex(row["value"])

    def register_channel(self, route: str, channel: str, earlier: Sequence[int]) -> None:
        """Add a channel to a route; a new one counts as notified of `earlier` events."""
        now = _now()
        with self.transaction() as db:
            row = (route, channel, now)
            if db.execute("insert or ignore into channel values (?, ?, ?)", row).rowcount:
                rows = [(event, channel, CONFIRMED, now) for event in earlier]
                self._write("insert or ignore into sent values (?, ?, ?, ?)", *rows)

    # ---- inside

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._explained():
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            meaning = sqlite_errors.meaning(self.path, error)
            if meaning is None:
                raise
            raise meaning from None

    def _write(self, statement: str, *rows: tuple[object, ...]) -> None:
        """Execute a statement once for each row of values."""
        with self.transaction() as db:
            db.executemany(statement, rows)

    def _set(self, event: int, **columns: str | None) -> None:
        assignments = "".join(f"{column} = ?, " for column in columns)  # our own names
        row = (*columns.values(), _now(), event)
        self._write(f"update event set {assignments}updated = ? where id = ?", row)

    def _events(self, condition: str, *values: object) -> list[Event]:
        """The events that fit, the newest first: two queries, however many there are."""
        chosen = f"select id from event where {condition}"
        series: dict[int, list[SeriesChange]] = defaultdict(list)
        for event, key, title, unit, better, old, new in self._rows(
            f"select * from series where event in ({chosen}) order by event, key", *values
        ):
            change = SeriesChange(SeriesKey.from_record(key), title, unit, bool(better), old, new)
            series[event].append(change)
        rows = self._rows(
            "select *, (select why from history where event = id order by rowid desc limit 1) why"
            f" from event where id in ({chosen}) order by id desc", *values,
        )  # fmt: skip
        return [self._event(row, series[row["id"]]) for row in rows]

    def _event(self, row: sqlite3.Row, series: Iterable[SeriesChange]) -> Event:
        columns = {key: row[key] for key in row.keys() if key != "facts"}  # noqa: SIM118  (a Row iterates over its values)
        try:
            return Event(**columns, evidence=evidence.load(row["facts"]), series=tuple(series))
        except ValueError as error:
            problem = f"the evidence of event {row['id']}: {error}"
            raise sqlite_errors.damaged(self.path, problem) from None


def open_store() -> Store:
    """The events of this checkout."""
    return Store(paths.ROOT / "results" / "alerts.sqlite")


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
