"""Events that close, or open again, by themselves."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence

from tools.alerts import events, states
from tools.alerts.events import Event, Line
from tools.alerts.store import Store

_LEFT = 0.25


def close_recovered(store: Store, lines: Mapping[str, Sequence[str]]) -> list[Event]:
    """Resolve what got slower once a later commit brought it back; returns those events.

    `lines` has each tool's commits, newest first: what counts is their order, not which event was
    found first. Back is: no more than _LEFT of the slow-down, as a log ratio, is left. What
    people have opened again is not closed by the same event again.
    """
    closed = []
    for line in lines.values():
        at = {commit: -place for place, commit in enumerate(line)}
        known = [
            event
            for event in store.all(*states.that_are("recovers"), states.EXPECTED)
            if event.proven and all(end in at for end in event.ends)
        ]
        known.sort(key=lambda event: at[event.ends[1]])
        for event in known:
            if event.better or not states.STATES[event.state].recovers:
                continue
            later = (one for one in known if _is_later(one, event, at))
            fix = next((one for one in later if _undoes(one, event)), None)
            if fix is not None and event.id not in fix.evidence.fixes:
                with store.together():
                    store.move(event.id, states.RESOLVED, f"recovered by event {fix.id}")
                    store.learn(fix.id, fixes=(*store.get(fix.id).evidence.fixes, event.id))
                closed.append(store.get(event.id))
    return closed


def open_again(store: Store, today: datetime.date) -> None:
    """End suppressions whose date has come: the event is what it was, or was measured to be.

    What is confirmed is told again: it was asked for silence until then, not for ever.
    """
    for event in store.all(states.SUPPRESSED):
        if event.until is not None and event.until <= today.isoformat():
            earlier = [row["state"] for row in reversed(store.history(event.id))]
            before = next(state for state in earlier if state != states.SUPPRESSED)
            state = states.after(before, event.outcome)
            why = f"was suppressed until {event.until}"
            with store.together():
                if state == states.CONFIRMED:
                    store.learn(event.id, reopened=why)
                    store.forget_sent(event.id)
                store.move(event.id, state, why)


def _is_later(one: Event, other: Event, at: Mapping[str, int]) -> bool:
    """Whether one changed after the other did, as far as is known where they did."""
    (start, end), (other_start, other_end) = one.ends, other.ends
    return at[start] >= at[other_start] and at[end] > at[other_end]


def _undoes(fix: Event, event: Event) -> bool:
    if not fix.better or _place(fix) != _place(event):
        return False
    return any(
        line.key == event.worst.key and _left(event.worst, line) <= _LEFT for line in fix.lines
    )


def _left(line: Line, later: Line) -> float:
    """The share of a slow-down that is left after a later step; negative where it went beyond."""
    return math.log(later.new_value / line.old_value) / math.log(line.ratio)


def _place(event: Event) -> tuple[str, str, str, bool]:
    return event.tool, event.stack, event.machine, event.kind == events.MACHINE
