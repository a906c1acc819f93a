"""Delivery of notifications: each channel gets one about each event."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tools.alerts import events, states
from tools.alerts.events import Event
from tools.alerts.store import Store
from tools.common.errors import TrackerError
from tools.notify import notifications, outbox
from tools.notify.channels import Channel
from tools.notify.message import Message
from tools.upstreams.config import OPERATOR, Upstream
from tools.upstreams.mirror import Mirror

_DIGEST = "digest"  # a channel like the others in the store


@dataclass(frozen=True)
class Delivery:
    """The channels of each route, and the site that messages link to."""

    store: Store
    upstreams: Mapping[str, Upstream]
    routes: Mapping[str, Sequence[Channel]]  # by tool; the OPERATOR's for events of the machine
    site: str
    warn: Callable[[str], None]

    def register_channels(self, names: Mapping[str, Sequence[str]]) -> None:
        """Register the channels of each route; a new one gets later events only.

        Events of earlier digests are not sent to a new channel, and not again to one whose
        address is written in another way. A channel that was sent anything is not new.
        """
        digested = self.store.sent_to(_DIGEST, states.CONFIRMED)
        of_route: dict[str, set[int]] = defaultdict(set)
        for event in self.store.all():
            if event.id in digested:
                of_route[_route(event)].add(event.id)
        for route, channels in names.items():
            for name in channels:
                known = of_route[route] & self.store.sent_to(name, states.CONFIRMED)
                earlier = [] if known else sorted(of_route[route])
                self.store.register_channel(route, name, earlier)

    def deliver(self, mirror: Mirror) -> list[tuple[Event, Message]]:
        """Send what each channel was not sent yet; returns the events that the digest lacks."""
        links = {name: tool.links for name, tool in self.upstreams.items()}
        messages = notifications.messages(self.store, links, mirror, self.site)[::-1]
        routes: dict[str, set[str]] = defaultdict(set)  # of each channel: it rests on all of them
        by_name: dict[str, Channel] = {}
        for route, channels in self.routes.items():
            for channel in channels:
                routes[channel.name].add(route)
                by_name.setdefault(channel.name, channel)
        for name, channel in by_name.items():
            entries = [entry for entry in messages if _route(entry[0]) in routes[name]]
            try:
                outbox.deliver(channel, entries, self.store, self.site, self.warn)
            except TrackerError as error:  # of the store: nothing can be noted
                self.warn(f"nothing more is sent tonight: {error}")
                break
        return self._undigested(messages)

    def mark_digested(self, digest: Iterable[tuple[Event, Message]]) -> None:
        """Remember the events of a digest, once it is written."""
        self.store.end_sending(_DIGEST, [event.id for event, _ in digest], states.CONFIRMED)

    def _undigested(
        self, messages: Iterable[tuple[Event, Message]]
    ) -> list[tuple[Event, Message]]:
        digested = self.store.sent_to(_DIGEST, states.CONFIRMED)
        return [
            (event, message)
            for event, message in messages
            if states.STATES[event.state].notified and event.id not in digested
        ]


def _route(event: Event) -> str:
    return OPERATOR if event.kind == events.MACHINE else event.tool
