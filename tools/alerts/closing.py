"""Events that close, or open again, by themselves."""

from __future__ import annotations

import datetime
import math

from tools.alerts import events
from tools.alerts.events import Event, Line
from tools.alerts.store import Store

_LEFT = 0.25
_OPEN = (events.CONFIRMED, events.ACKNOWLEDGED, events.SUPPRESSED)


def close_recovered(store: Store) -> list[Event]:
    """Resolve what got slower once a later confirmed event brought it back; returns those.

    Back is: no more than _LEFT of the slow-down, as a log ratio, is left.
    """
    better = [event for event in store.all(events.CONFIRMED) if event.better]
    closed = []
    for event in store.all(*_OPEN):
        if event.better:
            continue
        line = event.worst
        for fix in better:
            if fix.id > event.id and _place(fix) == _place(event) and _undone(line, fix):
                store.move(event.id, events.RESOLVED, f"recovered by event {fix.id}")
                store.learn(fix.id, fixes=[*store.get(fix.id).facts.get("fixes", []), event.id])
                closed.append(store.get(event.id))
                break
    return closed


def open_again(store: Store, today: datetime.date) -> None:
    """End suppressions whose date has come: the event is what it was before."""
    for event in store.all(events.SUPPRESSED):
        if event.until is not None and event.until <= today.isoformat():
            states = [row["state"] for row in store.history(event.id)]
            before = next(state for state in reversed(states) if state != events.SUPPRESSED)
            store.move(event.id, before, f"was suppressed until {event.until}")


def _place(event: Event) -> tuple[str, str, str, bool]:
    return event.tool, event.stack, event.machine, event.kind == events.MACHINE


def _undone(line: Line, fix: Event) -> bool:
    for later in fix.lines:
        if later.target == line.target:
            left = math.log(later.new_value / line.old_value)
            return abs(left) <= _LEFT * abs(math.log(line.ratio))
    return False
