"""Delivery of notifications: each channel gets one about each event."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tools.alerts import events, states
from tools.alerts.events import Event
from tools.alerts.store import Store
from tools.common.errors import TrackerError
from tools.notify import notifications
from tools.notify.channels import Channel
from tools.notify.github import GoneError
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
        digested = [event for event in self.store.all() if self._was_sent(event, _DIGEST)]
        for route, channels in names.items():
            own = [event for event in digested if _route(event) == route]
            for name in channels:
                known = any(self._was_sent(event, name) for event in own)
                earlier = [] if known else [event.id for event in own]
                self.store.register_channel(route, name, earlier)

    def deliver(self, mirror: Mirror) -> list[tuple[Event, Message]]:
        """Send what each channel was not sent yet; returns the events that the digest lacks."""
        links = {name: tool.links for name, tool in self.upstreams.items()}
        digest = []
        newest_first = notifications.messages(self.store, links, mirror, self.site)
        for event, message in reversed(newest_first):
            for channel in self.routes.get(_route(event), ()):
                self._send(channel, event, message)
            if states.STATES[event.state].notified and not self._was_sent(event, _DIGEST):
                digest.append((event, message))
        return digest

    def mark_digested(self, digest: Iterable[tuple[Event, Message]]) -> None:
        """Remember the events of a digest, once it is written."""
        for event, _ in digest:
            self.store.mark_sent(event.id, _DIGEST, states.CONFIRMED)

    def _send(self, channel: Channel, event: Event, message: Message) -> None:
        """Send a confirmed event once; later, and in other states, let the channel follow it."""
        is_due = states.STATES[event.state].notified and not self._was_sent(event, channel.name)
        try:
            (channel.send if is_due else channel.follow)(event, message, self.store)
        except Exception as error:  # whatever fails in one channel, the others are used
            # only our own errors are known to hold no secret
            ours = isinstance(error, TrackerError)
            problem = error if ours else f"{channel.name} failed: {type(error).__name__}"
            last = isinstance(error, GoneError)
            self.warn(f"{problem}" if last else f"{problem}; the next night tries again")
            return
        if is_due:
            self.store.mark_sent(event.id, channel.name, states.CONFIRMED)

    def _was_sent(self, event: Event, name: str) -> bool:
        return self.store.was_sent(event.id, name, states.CONFIRMED)


def _route(event: Event) -> str:
    return OPERATOR if event.kind == events.MACHINE else event.tool
