"""The part of a night that people hear of: each channel once of each event."""

from __future__ import annotations

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

_DIGEST = "digest"


@dataclass(frozen=True)
class Telling:
    """Who is told, and where the site is."""

    store: Store
    upstreams: Mapping[str, Upstream]
    routes: Mapping[str, Sequence[Channel]]  # by tool; the OPERATOR's are told of the machine
    site: str
    warn: Callable[[str], None]

    def meet(self, names: Mapping[str, Sequence[str]]) -> None:
        """Note whom there is to tell, by route: who is new hears of what is told from now on.

        What the digest had is not told to a channel that is new, nor anew to one whose address
        was written in another way. A channel that this database was sent something for is known.
        """
        before = [event for event in self.store.all() if self._was_sent(event, _DIGEST)]
        for route, channels in names.items():
            its = [event for event in before if _route(event) == route]
            for name in channels:
                known = any(self._was_sent(event, name) for event in its)
                self.store.meet(route, name, [] if known else [event.id for event in its])

    def tell(self, mirror: Mirror) -> list[tuple[Event, Message]]:
        """Send what each channel was not sent yet; returns what the digest is to have anew."""
        links = {name: tool.links for name, tool in self.upstreams.items()}
        known = notifications.messages(self.store, links, mirror, self.site)
        fresh = []
        for event, text in reversed(known):
            for channel in self.routes.get(_route(event), ()):
                self._send(channel, event, text)
            if not states.STATES[event.state].notified:
                continue
            if not self._was_sent(event, _DIGEST):
                fresh.append((event, text))
        return fresh

    def written(self, fresh: Iterable[tuple[Event, Message]]) -> None:
        """Remember what the digest had; only now, as a night may end before it is written."""
        for event, _ in fresh:
            self.store.mark_sent(event.id, _DIGEST, states.CONFIRMED)

    def _send(self, channel: Channel, event: Event, text: Message) -> None:
        """Once, while it is confirmed; each night a channel may follow what it has told of."""
        is_due = states.STATES[event.state].notified and not self._was_sent(event, channel.name)
        try:
            (channel.send if is_due else channel.follow)(event, text, self.store)
        except Exception as error:  # whatever fails in one channel: the others are told
            # only our own errors are known to hold no secret
            ours = isinstance(error, TrackerError)
            problem = error if ours else f"{channel.name} failed: {type(error).__name__}"
            last = isinstance(error, GoneError)
            self.warn(f"{problem}" if last else f"{problem}; it is tried again the next night")
            return
        if is_due:
            self.store.mark_sent(event.id, channel.name, states.CONFIRMED)

    def _was_sent(self, event: Event, name: str) -> bool:
        return self.store.was_sent(event.id, name, states.CONFIRMED)


def _route(event: Event) -> str:
    return OPERATOR if event.kind == events.MACHINE else event.tool
