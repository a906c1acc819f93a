"""The events that people are notified of, with the message on each."""

import datetime
from collections.abc import Mapping

from tools.alerts import events
from tools.alerts.events import Event
from tools.alerts.store import Store
from tools.notify import commit_description, message
from tools.notify.message import Message
from tools.upstreams.mirror import Mirror

# how long a notification waits for the commit and the explanation
PATIENCE = datetime.timedelta(days=3)

Links = Mapping[str, Mapping[str, str]]  # each tool's addresses upstream


def messages(store: Store, links: Links, mirror: Mirror, site: str) -> list[tuple[Event, Message]]:
    """Confirmed events that are explained, or that waited for PATIENCE; the newest first."""
    confirmed = store.first_confirmed()
    return [
        (event, compose(event, links, mirror, site))
        for event in store.all()
        if event.id in confirmed and _is_due(event, confirmed[event.id])
    ]


def compose(event: Event, links: Links, mirror: Mirror, site: str) -> Message:
    """The message on an event, with what upstream says of its commit."""
    commit = commit_description.commit(event, mirror, links.get(event.tool, {}))
    return message.compose(event, site, commit)


def _is_due(event: Event, confirmed: str) -> bool:
    """Whether an event that was confirmed at a time is explained, or has waited for PATIENCE."""
    evidence = event.evidence
    located = (evidence.range and evidence.range.finished) or evidence.dependencies is not None
    if event.kind == events.MACHINE or (located and evidence.profile is not None):
        return True
    since = datetime.datetime.fromisoformat(confirmed)
    return datetime.datetime.now(datetime.timezone.utc) - since > PATIENCE
