"""The part of a night that people hear of: the feed, and each channel once of each event."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.alerts import describe, events, feed, message
from tools.alerts.channels import Channel
from tools.alerts.events import Event
from tools.alerts.message import Message
from tools.alerts.store import Store
from tools.common.errors import TrackerError
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Mirror

# So long an alert waits for its commit and its explanation; then it goes out with a range.
PATIENCE = datetime.timedelta(days=3)
_DIGEST = "digest"


@dataclass(frozen=True)
class Telling:
    """Who is told, and where the site is."""

    store: Store
    upstreams: Mapping[str, Upstream]
    routes: Mapping[str, Sequence[Channel]]  # by tool
    operator: Sequence[Channel]  # who looks after this machine
    html: Path
    site: str
    say: Callable[[str], None]

    def tell(self, mirror: Mirror) -> list[tuple[Event, Message]]:
        """Write the feed, send what each channel was not sent yet; what the digest has anew."""
        known = [
            (event, self._compose(event, mirror))
            for event in self.store.all()
            if self._is_told(event)
        ]
        entries = [one for one in known if one[0].state != events.MERGED]
        feed.write(self.html / "alerts.xml", self.site, entries)
        fresh = []
        for event, text in reversed(known):
            machine = event.kind == events.MACHINE
            for channel in self.operator if machine else self.routes.get(event.tool, ()):
                self._send(channel, event, text)
            if event.state != events.CONFIRMED:
                continue
            if not self.store.was_sent(event.id, _DIGEST, events.CONFIRMED):
                self.store.mark_sent(event.id, _DIGEST, events.CONFIRMED)
                fresh.append((event, text))
        return fresh

    def _send(self, channel: Channel, event: Event, text: Message) -> None:
        """Once, while it is confirmed; from then on each night to a channel that follows."""
        begun = self.store.was_sent(event.id, channel.name, events.CONFIRMED)
        if not channel.follows if begun else event.state != events.CONFIRMED:
            return
        try:
            channel.send(event, text, self.store)
        except Exception as error:  # whatever fails in one channel: the others are told
            # only our own errors are known to hold no secret
            ours = isinstance(error, TrackerError)
            problem = error if ours else f"{channel.name} failed: {type(error).__name__}"
            self.say(f"warning: {problem}; it is tried again the next night")
            return
        self.store.mark_sent(event.id, channel.name, events.CONFIRMED)

    def _is_told(self, event: Event) -> bool:
        """Whether it was confirmed, and as much is known as can be within PATIENCE."""
        confirmed = [
            row["at"] for row in self.store.history(event.id) if row["state"] == events.CONFIRMED
        ]
        if not confirmed:
            return False
        found = event.facts.get("range", {}).get("finished") or "dependencies" in event.facts
        if event.kind == events.MACHINE or (found and "profile" in event.facts):
            return True
        since = datetime.datetime.fromisoformat(confirmed[0])
        return datetime.datetime.now(datetime.timezone.utc) - since > PATIENCE

    def _compose(self, event: Event, mirror: Mirror) -> Message:
        links = self.upstreams[event.tool].links if event.tool in self.upstreams else {}
        return message.compose(event, self.site, describe.commit(event, mirror, links))
