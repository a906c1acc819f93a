"""Resolve recovered events, and end suppressions whose date has come."""

import datetime
import math
from collections.abc import Mapping, Sequence

from tools.alerts import events, states
from tools.alerts.events import Event, SeriesChange
from tools.alerts.store import Store

_LEFT = 0.25  # share of a slow-down, as a log ratio, that a recovery may leave


def resolve_recovered(store: Store, branches: Mapping[str, Sequence[str]]) -> list[Event]:
    """Resolve slow-downs that a later commit undid; returns those events.

    `branches` has each tool's commits, newest first: their order counts, not that of the events. A
    slow-down is undone when no more than _LEFT of it is left. An event that people have reopened
    is not resolved by the same event again.
    """
    resolved = []
    for branch in branches.values():
        at = {commit: -number for number, commit in enumerate(branch)}
        candidates = [
            event
            for event in store.all(*states.allowing("recovers"), states.EXPECTED)
            if event.proven and all(end in at for end in event.ends)
        ]
        candidates.sort(key=lambda event: at[event.ends[1]])
        for event in candidates:
            if event.better or not states.STATES[event.state].recovers:
                continue
            later = (other for other in candidates if _is_later(other, event, at))
            fix = next((other for other in later if _undoes(other, event)), None)
            if fix is not None and event.id not in fix.evidence.fixes:
                fixes = (*store.get(fix.id).evidence.fixes, event.id)
                with store.transaction():
                    why = f"recovered by event {fix.id}"
                    store.set_state(event.id, states.RESOLVED, why)
                    store.add_evidence(fix.id, fixes=fixes)
                resolved.append(store.get(event.id))
    return resolved


def end_suppressions(store: Store, today: datetime.date) -> None:
    """End suppressions whose date has come: the event gets its earlier state, or its verdict's.

    A confirmed event is notified again: people asked for silence until that date only.
    """
    for event in store.all(states.SUPPRESSED):
        if event.until is not None and event.until <= today.isoformat():
            earlier = [row["state"] for row in reversed(store.history(event.id))]
            before = next(state for state in earlier if state != states.SUPPRESSED)
            state = states.after(before, event.outcome)
            why = f"was suppressed until {event.until}"
            with store.transaction():
                if state == states.CONFIRMED:
                    store.add_evidence(event.id, reopened=why)
                    store.forget_sent(event.id)
                store.set_state(event.id, state, why)


def _is_later(event: Event, other: Event, at: Mapping[str, int]) -> bool:
    """Whether an event is later than another, as far as their ranges tell."""
    (start, end), (other_start, other_end) = event.ends, other.ends
    return at[start] >= at[other_start] and at[end] > at[other_end]


def _undoes(fix: Event, event: Event) -> bool:
    same_kind = (fix.kind == events.MACHINE) == (event.kind == events.MACHINE)
    if not fix.better or fix.scope != event.scope or not same_kind:
        return False
    slower = event.main
    return any(
        change.key == slower.key and _left(slower, change) <= _LEFT for change in fix.series
    )


def _left(change: SeriesChange, later: SeriesChange) -> float:
    """The share of a change that is left after a later one; negative where it went beyond."""
    return math.log(later.new_value / change.old_value) / math.log(change.ratio)
