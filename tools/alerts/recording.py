"""Candidates become events, each once: what is known already is recognised by its commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tools.alerts import events, membership, states
from tools.alerts.events import Event
from tools.alerts.grouping import Candidate
from tools.alerts.store import Store


def record(
    candidates: Iterable[Candidate], store: Store, hashes: Mapping[int, str]
) -> list[Event]:
    """Put candidates into the store; returns the events that are new.

    `hashes` has the commit of each revision. A candidate belongs to an event that it shares a
    series and the direction with when their ranges of commits overlap. One that nobody has
    measured yet gets the range that the newest points show. Where the commit of an event is known,
    only the steps that it may have made are that event's; the others are a candidate of their
    own. What is the machine's is confirmed at once: there is no commit to measure.
    """
    revisions = {commit: revision for revision, commit in hashes.items()}
    fresh = []
    waiting = list(candidates)
    while waiting:
        one = waiting.pop(0)
        # what is located first: it takes no more than what is its
        all_events = sorted(store.all(), key=lambda event: event.commit is None)
        known = _known(one, all_events, revisions)
        if known is None:
            tool, stack, machine = one.place
            with store.together():  # nothing would confirm a machine's event later
                event = store.add(
                    tool, stack, machine, one.kind, hashes[one.old], hashes[one.new], one.lines
                )
                if one.kind == events.MACHINE:
                    store.move(event.id, states.CONFIRMED, "sentinels or most series share it")
            fresh.append(store.get(event.id))
            continue
        its = membership.explained(known, one.steps, revisions)
        store.extend(known.id, (step.line for step in its))
        others = tuple(step for step in one.steps if step not in its)
        if others:
            waiting.append(replace(one, steps=others))
        if known.state == states.NEW and not store.has_pairs(known.id):
            store.narrow(known.id, hashes[one.old], hashes[one.new])
    return fresh


def merge_same_commit(store: Store, event: Event) -> Event | None:
    """Join a localised event to an older one of the same commit and direction, if there is one.

    Series that were seen to step a few points apart turn out to be of one commit only here.
    """
    if event.commit is None:
        return None
    for older in reversed(store.all(*states.that_are("joinable"))):
        same = older.commit == event.commit and older.better == event.better
        if older.id != event.id and same and _place(older) == _place(event):
            joined = tuple(sorted({*older.evidence.joined, *event.confirmed}))
            with store.together():
                store.extend(older.id, event.lines)
                store.learn(older.id, joined=joined)
                store.move(event.id, states.MERGED, f"the same commit as event {older.id}")
            return older
    return None


def _known(one: Candidate, known: Iterable[Event], revisions: Mapping[str, int]) -> Event | None:
    for event in known:
        if _place(event) != one.place or event.state == states.MERGED:
            continue
        if (event.kind == events.MACHINE) != (one.kind == events.MACHINE):
            continue
        old, new = (revisions.get(end) for end in event.ends)
        if old is None or new is None or one.new <= old or new <= one.old:
            continue
        if states.STATES[event.state].settled and not (old <= one.old and one.new <= new):
            continue
        its = membership.explained(event, one.steps, revisions)
        ours = {step.line.key: step.line.better for step in its}
        if any(ours.get(line.key) == line.better for line in event.lines):
            return event
    return None


def _place(event: Event) -> tuple[str, str, str]:
    return event.tool, event.stack, event.machine
