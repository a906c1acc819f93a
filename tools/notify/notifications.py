"""Which events people are told of, and the message on each."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from tools.alerts import events, states
from tools.alerts.events import Event
from tools.alerts.store import Store
from tools.notify import commit_description, message
from tools.notify.message import Message
from tools.upstreams.mirror import Mirror

# So long an alert waits for its commit and its explanation; then it goes out with a range.
PATIENCE = datetime.timedelta(days=3)

Links = Mapping[str, Mapping[str, str]]  # each tool's addresses upstream


def messages(store: Store, links: Links, mirror: Mirror, site: str) -> list[tuple[Event, Message]]:
    """The events that were confirmed and are known well enough, the newest first."""
    return [
        (event, compose(event, links, mirror, site))
        for event in store.all()
        if _is_told(event, store)
    ]


def compose(event: Event, links: Links, mirror: Mirror, site: str) -> Message:
    """The message on an event, with what upstream says of its commit."""
    commit = commit_description.commit(event, mirror, links.get(event.tool, {}))
    return message.compose(event, site, commit)


def _is_told(event: Event, store: Store) -> bool:
    """Whether it was confirmed, and as much is known as can be within PATIENCE."""
    confirmed = [row["at"] for row in store.history(event.id) if row["state"] == states.CONFIRMED]
    if not confirmed:
        return False
    known = event.evidence
    found = (known.range and known.range.finished) or known.dependencies is not None
    if event.kind == events.MACHINE or (found and known.profile is not None):
        return True
    since = datetime.datetime.fromisoformat(confirmed[0])
    return datetime.datetime.now(datetime.timezone.utc) - since > PATIENCE
