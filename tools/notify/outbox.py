"""The outbox of a channel: what one night sends, and what is known of each message afterwards.

The database has each message before it is sent (an attempt) and after (sent). An attempt without a
known outcome may have arrived: a night was killed, or a server did not answer. It is sent again
with the same key, in the next night and then at growing intervals. So no message is lost, and none
comes every night. GitHub looks its issues up before it opens them, so there none comes twice.
"""

import datetime
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from tools.alerts import states
from tools.alerts.events import Event
from tools.alerts.store import Attempt, Store
from tools.common.errors import TrackerError
from tools.notify import message as messages
from tools.notify.channels import Channel
from tools.notify.github import GoneError
from tools.notify.http_request import RefusedError, UnansweredError
from tools.notify.message import Message

MANY = 10  # more new events than this are one message
_FAILURES = 2  # of a channel, then it rests for the night
LONGEST = 600.0  # seconds of a channel in one night
_LONGEST_WAIT = 31  # days between two copies of a message

Entry = tuple[Event, Message]


@dataclass(frozen=True)
class _Notification:
    """A message on one event, or on several."""

    events: tuple[Event, ...]
    message: Message
    tries: int  # before this night


def deliver(
    channel: Channel,
    entries: Sequence[Entry],
    store: Store,
    site: str,
    warn: Callable[[str], None],
    seconds: float = LONGEST,
) -> None:
    """Send a channel what it was not sent, then let it follow what it was sent before.

    `entries` has all events that people are notified of, the oldest first. What another machine
    finds at a commit of which the channel was notified is no news: new hardware measures the whole
    history again. Raises a TrackerError if the database cannot note what is sent.
    """
    sent = store.sent_to(channel.name, states.CONFIRMED)
    told = {_change(event): event.machine for event, _ in entries if event.id in sent}
    new, old = [], []
    for event, message in entries:
        if not states.STATES[event.state].notified or event.id in sent:
            old.append((event, message))
        elif channel.wants(event) and told.get(_change(event), event.machine) == event.machine:
            new.append((event, message))
    waiting = _notifications(new, store.attempts(channel.name), site)
    until = store.rest(channel.name)
    if until is not None and until > _now():
        if waiting:
            asked = f"{channel.name} asked for no messages until {until:%Y-%m-%d %H:%M} UTC"
            warn(f"{asked}: {len(waiting)} wait")
        return
    night = _Night(channel, store, warn, time.monotonic() + seconds)
    for at, notification in enumerate(waiting):
        if night.is_over:
            left = len(waiting) - at
            warn(f"{channel.name} rests for this night: {left} messages wait for the next")
            return
        night.send(notification)
    for event, message in old:
        if night.is_over:
            return
        night.follow(event, message)


def _change(event: Event) -> tuple[str, str, str, bool]:
    """What is the same in another machine's event of this change; without a commit, nothing is."""
    return event.tool, event.stack, event.commit or event.uid, event.better


def _notifications(
    new: Iterable[Entry], attempts: dict[int, Attempt], site: str
) -> list[_Notification]:
    """The messages that are due; first those that were tried the least.

    So a message that one server always refuses keeps back no other.
    """
    copies: dict[str, list[Entry]] = defaultdict(list)
    fresh: list[Entry] = []
    for event, message in new:
        attempt = attempts.get(event.id)
        if attempt is None or not attempt.unsure:
            fresh.append((event, message))
        elif _now() >= attempt.at + _wait(attempt):
            copies[attempt.message].append((event, message))
    groups = [(key, entries) for key, entries in copies.items()]
    groups += [("", fresh)] if len(fresh) > MANY else [("", [entry]) for entry in fresh]

    def notification(key: str, entries: list[Entry]) -> _Notification:
        is_summary = len(entries) > 1 or messages.is_summary(key)
        message = messages.summary(entries, site) if is_summary else entries[0][1]
        events = tuple(event for event, _ in entries)
        tries = max(attempts[one.id].tries if one.id in attempts else 0 for one in events)
        return _Notification(events, replace(message, key=key or message.key), tries)

    return sorted((notification(*group) for group in groups), key=lambda one: one.tries)


def _wait(attempt: Attempt) -> datetime.timedelta:
    """How long a message without a known outcome waits before it is sent again."""
    return datetime.timedelta(days=min(2 ** (attempt.unsure - 1) - 1, _LONGEST_WAIT))


class _Night:
    """One channel in one night. After two failures, or too long a time, it rests."""

    def __init__(
        self, channel: Channel, store: Store, warn: Callable[[str], None], end: float
    ) -> None:
        self._channel, self._store, self._warn, self._end = channel, store, warn, end
        self._failures = 0
        self._rests = False

    @property
    def is_over(self) -> bool:
        return self._rests or self._failures >= _FAILURES or time.monotonic() > self._end

    def send(self, notification: _Notification) -> None:
        """Send one message; raises what keeps the database from noting it."""
        name, message = self._channel.name, notification.message
        numbers = [event.id for event in notification.events]
        self._store.begin_sending(name, numbers, message.key)

        def send() -> None:
            if message.is_summary:
                self._channel.summarise(message, self._store)
            else:
                self._channel.send(notification.events[0], message, self._store)

        error = self._problem(send)
        if error is None:
            self._store.end_sending(name, numbers, states.CONFIRMED)
        elif isinstance(error, TrackerError) and not isinstance(error, UnansweredError):
            self._store.fail_sending(name, numbers)

    def follow(self, event: Event, message: Message) -> None:
        """Let the channel update its earlier message."""
        self._problem(lambda: self._channel.follow(event, message, self._store))

    def _problem(self, call: Callable[[], None]) -> Exception | None:
        """Call, and warn of an error: whatever fails in one channel, the others are used."""
        try:
            call()
        except GoneError as error:
            self._warn(str(error))
            return error
        except Exception as error:
            # only our own errors are known to hold no secret
            ours = isinstance(error, TrackerError)
            problem = error if ours else f"{self._channel.name} failed: {type(error).__name__}"
            self._warn(f"{problem}; the next night tries again")
            self._failures += 1
            if isinstance(error, RefusedError) and error.until is not None:
                self._store.set_rest(self._channel.name, error.until)
                self._rests = True
            return error
        return None


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)
