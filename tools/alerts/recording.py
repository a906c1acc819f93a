"""Candidates become events; a candidate of a known event only adds its series."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tools.alerts import events, membership, states
from tools.alerts.events import Event
from tools.alerts.grouping import Candidate
from tools.alerts.store import Store


def record(
    candidates: Iterable[Candidate], store: Store, hashes: Mapping[int, str]
) -> list[Event]:
    """Put candidates into the store; returns the new events.

    `hashes` has the commit of each revision. A candidate belongs to an event if their ranges of
    commits overlap and they share a series that changed in the same direction.

    - An event that was not measured again yet gets the range of its newest candidate.
    - An event whose commit is known takes only what that commit explains. The other detections
      are a candidate of their own.
    - The machine's events are confirmed at once: there is no commit to measure.
    """
    revisions = {commit: revision for revision, commit in hashes.items()}
    by_id = {event.id: event for event in store.all()}
    new_events = []
    waiting = list(candidates)
    while waiting:
        candidate = waiting.pop(0)
        # an event with a commit goes first: it takes no more than what that explains
        in_order = sorted(by_id.values(), key=lambda event: (event.commit is None, -event.id))
        event = _event_of(candidate, in_order, revisions)
        if event is None:
            event = _add(candidate, store, hashes)
            new_events.append(event)
        else:
            own = membership.explained(event, candidate.detections, revisions)
            store.add_series(event.id, (detection.change for detection in own))
            others = tuple(one for one in candidate.detections if one not in own)
            if others:
                waiting.append(replace(candidate, detections=others))
            if event.state == states.NEW and not store.has_pairs(event.id):
                store.set_range(event.id, hashes[candidate.old], hashes[candidate.new])
        by_id[event.id] = store.get(event.id)
    return new_events


def merge_same_commit(store: Store, event: Event) -> Event | None:
    """Join an event to an older one of the same commit and direction; returns that one, if any.

    Series whose changes were detected a few points apart may turn out to be of one commit.
    """
    if event.commit is None:
        return None
    for older in reversed(store.all(*states.allowing("joinable"))):
        same = (older.scope, older.commit, older.better) == (
            event.scope, event.commit, event.better,
        )  # fmt: skip
        if same and older.id != event.id:
            joined = tuple(sorted({*older.evidence.joined, *event.confirmed}))
            with store.transaction():
                store.add_series(older.id, event.series)
                store.add_evidence(older.id, joined=joined)
                store.set_state(event.id, states.MERGED, f"the same commit as event {older.id}")
            return older
    return None


def _add(candidate: Candidate, store: Store, hashes: Mapping[int, str]) -> Event:
    old, new = hashes[candidate.old], hashes[candidate.new]
    with store.transaction():  # no later night would confirm a machine's event
        event = store.add(*candidate.scope, candidate.kind, old, new, candidate.changes)
        if candidate.kind == events.MACHINE:
            why = "sentinels or most series share it"
            store.set_state(event.id, states.CONFIRMED, why)
    return store.get(event.id)


def _event_of(
    candidate: Candidate, among: Iterable[Event], revisions: Mapping[str, int]
) -> Event | None:
    """The first event that a candidate belongs to."""
    for event in among:
        if event.scope != candidate.scope or event.state == states.MERGED:
            continue
        if (event.kind == events.MACHINE) != (candidate.kind == events.MACHINE):
            continue
        old, new = (revisions.get(end) for end in event.ends)
        if old is None or new is None or candidate.new <= old or new <= candidate.old:
            continue
        inside = old <= candidate.old and candidate.new <= new
        if states.STATES[event.state].settled and not inside:
            continue
        explained = membership.explained(event, candidate.detections, revisions)
        better = {one.change.key: one.change.better for one in explained}
        if any(better.get(change.key) == change.better for change in event.series):
            return event
    return None
