"""Each message arrives, whatever ends a night or a send, and none comes every night."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.alerts.made import KEY, proof
from tests.alerts.servers import Web, running
from tools.alerts import states
from tools.alerts import store as alerts_store
from tools.alerts.events import CODE, Event, SeriesChange
from tools.alerts.store import Store
from tools.common.errors import TrackerError, UnreachableError
from tools.common.paths import ROOT
from tools.notify import channels, http_request, message, outbox
from tools.notify.channels import Channel, Mail, Webhook
from tools.notify.deadline import Deadline
from tools.notify.github import GitHub
from tools.notify.http_request import Answer, RefusedError, UnansweredError
from tools.notify.message import Message

SITE = "https://perf.example.org"
LOGIN = "tracker"


class Killed(BaseException):
    """In place of kill -9: what is open is rolled back, and nothing else happens."""


class World:
    """What people got: mails, posts of the webhook, issues and comments."""

    def __init__(self) -> None:
        self.mails: list[str] = []  # Message-ID of each
        self.posts: list[str] = []
        self.trouble = Trouble(0)
        self.issues: list[dict[str, Any]] = []
        self.comments: dict[str, list[dict[str, Any]]] = {}

    def answer(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """GitHub's answer, and the webhook's."""
        author = {"user": {"login": LOGIN}}
        if path == "/hook":
            self.posts.append(body["text"])
            return {}
        if path == "/user":
            return {"login": LOGIN}
        if path.endswith("/comments"):
            listed = self.comments.setdefault(path.split("/")[-2], [])
            if method == "POST":
                listed.append({**body, **author})
            return listed if method == "GET" else {}
        if path.endswith("/issues"):
            if method == "POST":
                self.issues.append({"number": len(self.issues) + 1, **body, **author})
                return self.issues[-1]
            return self.issues[::-1]
        issue = self.issues[int(path.rpartition("/")[2]) - 1]
        issue.update(body)
        return issue


class Trouble:
    """Ends a night at its nth point: before or after a write, or a request."""

    def __init__(self, at: int, *, full: bool = False) -> None:
        self.at, self.full, self.count = at, full, 0

    def point(self, *, write: bool) -> None:
        self.count += 1
        if self.full:
            if write and self.count >= self.at:  # the disk stays full
                raise sqlite3.OperationalError("database or disk is full")
        elif self.count == self.at:
            raise Killed


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The servers of all channels, and points of trouble around each request and write."""
    made = World()

    def point(*, write: bool = False) -> None:
        made.trouble.point(write=write)

    def request(method: str, url: str, name: str, deadline: Deadline, **kwargs: Any) -> Answer:
        point()
        path = url.removeprefix("https://all.example.org")
        answer = made.answer(method, path, kwargs.get("json", {}))
        point()
        return Answer(200, {}, json.dumps(answer).encode())

    def converse(_self: Mail, mail: EmailMessage, done: list[str]) -> None:
        point()
        made.mails.append(mail["Message-ID"])
        point()

    original = Store.transaction
    monkeypatch.setattr(ssl, "create_default_context", lambda: None)  # slow, and not needed

    @contextmanager
    def transaction(self: Store) -> Iterator[sqlite3.Connection]:
        if self._db.in_transaction:
            with original(self) as db:
                yield db
            return
        with original(self) as db:
            yield db
            point(write=True)
        point()

    monkeypatch.setattr(http_request, "request", request)
    monkeypatch.setattr(Mail, "_converse", converse)
    monkeypatch.setattr(Store, "transaction", transaction)
    for variable, value in {
        "GWAS_SMTP_HOST": "all.example.org", "GWAS_HOOK": "https://all.example.org/hook",
        "GWAS_GITHUB_TOKEN": "x", "GWAS_GITHUB_API": "https://all.example.org",
    }.items():  # fmt: skip
        monkeypatch.setenv(variable, value)
    monkeypatch.delenv("GWAS_SMTP_USER", raising=False)
    return made


def add(store: Store, count: int = 1) -> list[int]:
    """Regressions that people are to be notified of."""
    numbers = []
    for at in range(count):
        line = SeriesChange(KEY, "pca in Sgkit: time_compute", "seconds", False, 1.0, 2.0)
        event = store.add("sgkit", "frozen", "box", CODE, f"{at:040x}", "b" * 40, [line])
        store.add_evidence(event.id, confirmation=proof(KEY, 2.0))
        store.set_state(event.id, states.CONFIRMED, "measured")
        numbers.append(event.id)
    return numbers


def entries(store: Store) -> list[tuple[Event, Message]]:
    return [(event, message.compose(event, SITE)) for event in store.all()[::-1]]


def all_channels() -> list[Channel]:
    return [Mail("a@example.org"), Webhook("GWAS_HOOK"), GitHub("o/r")]


def night(store: Store, made: list[Channel], said: list[str] | None = None) -> None:
    """What a night sends; the errors of the store end it."""
    with suppress(TrackerError):
        for channel in made:
            outbox.deliver(channel, entries(store), store, SITE, (said or []).append)


def before(path: Path) -> World:
    """A database with an event that was sent and then fixed, and two new ones."""
    world = World()
    store = Store(path)
    (old,) = add(store)
    night(store, all_channels())
    store.set_state(old, states.RESOLVED, "recovered by event 9")
    add(store, 2)
    store.close()
    return world


def subjects(issues: list[dict[str, Any]]) -> Counter[str]:
    return Counter(line for issue in issues for line in issue["body"].splitlines()
                   if line.startswith("event "))  # fmt: skip


@pytest.fixture
def start(world: World, tmp_path: Path) -> Callable[[], Store]:
    """Makes the database of `before`, with its world, as often as it is asked for."""
    before(tmp_path / "start.sqlite")
    issues, mails, posts = json.dumps(world.issues), [*world.mails], [*world.posts]

    def copy() -> Store:
        shutil.copy(tmp_path / "start.sqlite", tmp_path / "alerts.sqlite")
        world.issues, world.comments = json.loads(issues), {}
        world.mails, world.posts = [*mails], [*posts]
        store = Store(tmp_path / "alerts.sqlite")
        store._db.execute("pragma synchronous = off")  # 20 times faster; no test cuts the power
        return store

    return copy


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the clock to so many days from now."""
    begin = datetime.now(timezone.utc)

    def set_clock(day: int) -> None:
        now = begin + timedelta(days=day)
        monkeypatch.setattr(outbox, "_now", lambda: now)
        monkeypatch.setattr(alerts_store, "_now", lambda: now.isoformat())

    return set_clock


def length(world: World, start: Callable[[], Store]) -> int:
    """The points of a night in which nothing happens."""
    world.trouble = Trouble(0)
    night(start(), all_channels())
    return int(world.trouble.count)


def check(world: World) -> None:
    """All has arrived: issues and comments once, the others at most twice."""
    assert sorted(subjects(world.issues).values()) == [1, 1, 1]
    assert [issue.get("state") for issue in world.issues] == ["closed", None, None]
    assert {number: len(listed) for number, listed in world.comments.items()} == {"1": 1}
    for copies in (Counter(world.mails), Counter(world.posts)):
        assert len(copies) == 3
        assert max(copies.values()) <= 2
        assert sum(copies.values()) <= 4


@pytest.mark.parametrize("full", [False, True], ids=["killed", "disk full"])
def test_a_night_that_ends_at_any_point(
    world: World, start: Callable[[], Store], full: bool
) -> None:
    points = length(world, start)
    assert points > 50
    for at in range(1, points + 1):
        store = start()
        world.trouble = Trouble(at, full=full)
        with suppress(Killed):
            night(store, all_channels())
        world.trouble = Trouble(0)
        for _ in range(2):
            night(store, all_channels())
        check(world)
        world.trouble = Trouble(0)
        night(store, all_channels())
        assert world.trouble.count == 0  # nothing is left to send, to follow or to note
        assert all(store.attempts(channel.name) == {} for channel in all_channels())
        store.close()


@pytest.mark.parametrize("full", [False, True], ids=["killed", "disk full"])
def test_each_night_ends_at_the_same_point(
    world: World, start: Callable[[], Store], days: Callable[[int], None], full: bool
) -> None:
    """A message that was sent keeps back no other, and does not come every night."""
    for at in range(1, length(world, start) + 1):
        store = start()
        for day in range(10):
            days(day)
            world.trouble = Trouble(at, full=full)
            with suppress(Killed):
                night(store, all_channels())
        assert max(Counter(world.mails).values()) <= 4  # on days 0, 1, 2 and 5
        assert max(Counter(world.posts).values()) <= 4
        assert max(subjects(world.issues).values()) == 1
        if at > 6 and not full:  # each night gets on by a message
            assert len(set(world.mails)) == len(set(world.posts)) == 3
        store.close()


def test_a_message_of_which_the_outcome_is_not_known_comes_at_growing_intervals(
    world: World, start: Callable[[], Store], days: Callable[[int], None]
) -> None:
    class Silent(Webhook):
        def _send(self, message: Message) -> None:
            sent.append(message.key)
            raise UnansweredError("no answer")

    store, sent, nights = start(), [], []
    for day in range(40):
        days(day)
        before = len(sent)
        outbox.deliver(Silent("GWAS_HOOK"), entries(store), store, SITE, [].append)
        nights += [day] * (len(sent) > before)
    assert nights == [0, 1, 2, 5, 12, 27]
    assert set(Counter(sent).values()) == {len(nights)}  # the same keys


def test_a_copy_has_the_same_key_though_its_words_changed(
    world: World, start: Callable[[], Store]
) -> None:
    store, mail = start(), Mail("a@example.org")
    world.trouble = Trouble(4)  # after the mail, before it is noted
    with suppress(Killed):
        night(store, [mail])
    world.trouble = Trouble(0)
    for event in store.all(states.CONFIRMED):
        store.add_evidence(event.id, frozen="the packages of today show it too")
        store.add_evidence(event.id, reopened="measured")
    night(store, [mail])
    assert sorted(Counter(world.mails).values()) == [1, 1, 2]


class Fake(Webhook):
    """A webhook that fails as it is told to, by the number of an event."""

    def __init__(self, errors: dict[int, Exception]) -> None:
        super().__init__("GWAS_HOOK")
        self.errors, self.asked, self.got = errors, [], []  # type: ignore[var-annotated]

    def send(self, event: Event, message: Message, store: Store) -> None:
        self.asked.append(event.id)
        if event.id in self.errors:
            raise self.errors[event.id]
        self.got.append(event.id)

    def summarise(self, message: Message, store: Store) -> None:
        self.asked.append(message.subject)
        if self.errors:
            raise self.errors[min(self.errors)]
        self.got.append(message)


def deliver(channel: Channel, store: Store, **kwargs: Any) -> list[str]:
    said: list[str] = []
    outbox.deliver(channel, entries(store), store, SITE, said.append, **kwargs)
    return said


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "own.sqlite")
    made._db.execute("pragma synchronous = off")
    yield made
    made.close()


def test_a_message_that_is_always_refused_keeps_back_no_other(world: World, store: Store) -> None:
    numbers = add(store, 6)
    channel = Fake(dict.fromkeys(numbers[:3], RefusedError("no", 422)))
    said = deliver(channel, store)
    assert channel.asked == numbers[:2]
    assert said[2:] == ["webhook:GWAS_HOOK rests for this night: 4 messages wait for the next"]
    for _ in range(3):
        deliver(channel, store)
    assert channel.got == numbers[3:]
    assert len(channel.asked) == 2 + 5 + 2 + 2


def test_many_events_and_a_server_that_wants_a_pause(
    world: World, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, 200)
    until = datetime.now(timezone.utc) + timedelta(days=3)
    channel = Fake({1: RefusedError("HTTP 429", 429, until)})
    assert len(deliver(channel, store)) == 1
    assert channel.asked == ["200 new events: 200 regressions"]
    said = deliver(channel, store)
    assert len(channel.asked) == 1  # the pause lasts longer than a night
    assert said == [
        f"webhook:GWAS_HOOK asked for no messages until {until:%Y-%m-%d %H:%M} UTC: 1 wait"
    ]
    channel.errors = {}
    monkeypatch.setattr(outbox, "_now", lambda: until)
    assert deliver(channel, store) == []
    assert len(channel.got) == 1
    assert deliver(channel, store) == []
    assert len(channel.asked) == 2


def test_so_many_are_one_summary_and_no_fewer(world: World, store: Store) -> None:
    channel = Fake({})
    numbers = add(store, outbox.MANY)
    deliver(channel, store)
    assert channel.got == numbers
    add(store, 150)
    deliver(channel, store)
    (told,) = channel.got[outbox.MANY :]
    assert told.subject == "150 new events: 150 regressions"
    assert told.text.count("/alerts.html?event=") == 100
    assert "\nand 50 more\n" in told.text
    assert told.url == f"{SITE}/alerts.html"


def test_each_channel_takes_a_summary_once_also_after_a_kill(
    world: World, store: Store, days: Callable[[int], None]
) -> None:
    add(store, 20)
    for channel in all_channels():
        for day, at in enumerate((2, 3, 4)):  # around the request
            days(day)
            world.trouble = Trouble(at)
            with suppress(Killed):
                deliver(channel, store)
    world.trouble = Trouble(0)
    days(10)
    night(store, all_channels())
    assert max(Counter(world.mails).values()) <= 2
    assert len(set(world.mails)) == len(set(world.posts)) == 1
    assert len(world.issues) == 1
    assert world.issues[0]["title"] == "20 new events: 20 regressions"


def test_a_channel_that_takes_too_long_rests(world: World, store: Store) -> None:
    add(store, 3)
    channel = Fake({})
    assert deliver(channel, store, seconds=-1) == [
        "webhook:GWAS_HOOK rests for this night: 3 messages wait for the next"
    ]
    assert channel.asked == []


def test_updates_count_as_failures_too(world: World, store: Store) -> None:
    add(store, 5)
    channel = Fake({})
    deliver(channel, store)

    def follow(event: Event, _message: Message, _store: Store) -> None:
        channel.asked.append(-event.id)
        raise UnreachableError("no answer")

    channel.follow = follow  # type: ignore[method-assign]
    deliver(channel, store)
    assert channel.asked[5:] == [-1, -2]


def test_what_another_machine_finds_again_is_no_news(world: World, store: Store) -> None:
    def found(machine: str, commit: str, old: float = 1.0) -> int:
        line = SeriesChange(KEY, "pca", "seconds", old > 1.5, old, 1.5)
        event = store.add("sgkit", "frozen", machine, CODE, "a" * 40, "c" * 40, [line])
        place = {"good": "a" * 40, "bad": commit, "between": [], "finished": bool(commit)}
        store.add_evidence(event.id, range=place)
        store.set_state(event.id, states.CONFIRMED, "measured")
        return event.id

    channel = Fake({})
    first = found("old", "b" * 40)
    deliver(channel, store)
    found("new", "b" * 40)
    news = [
        found("new", "c" * 40), found("new", "b" * 40, old=2.0), found("new", ""),
        found("old", "b" * 40),  # the change of the same machine came back
    ]  # fmt: skip
    deliver(channel, store)
    deliver(channel, store)
    assert channel.got == [first, *news]


def test_an_improvement_is_nothing_for_github(world: World, store: Store) -> None:
    line = SeriesChange(KEY, "pca", "seconds", True, 2.0, 1.0)
    event = store.add("sgkit", "frozen", "box", CODE, "a" * 40, "b" * 40, [line])
    store.set_state(event.id, states.CONFIRMED, "measured")
    night(store, [GitHub("o/r"), Webhook("GWAS_HOOK")])
    assert (len(world.issues), len(world.posts)) == (0, 1)


@pytest.mark.parametrize("character", ["x", "&", "`", "<", "\u00e9", "\U0001f600"])
def test_each_channel_gets_what_it_takes(world: World, store: Store, character: str) -> None:
    (number,) = add(store)
    event = store.get(number)
    told = Message("event-1", character * 5000, "confirmed", character * 200_000, f"{SITE}/x")
    for channel in all_channels():
        channel.send(event, told, store)
    (issue,), (post,) = world.issues, world.posts
    assert 250 <= len(issue["title"]) <= 256
    assert 65_500 <= len(issue["body"]) <= 65_536
    assert issue["body"].endswith(" -->")
    assert issue["body"].count("```") == 2
    assert 2900 <= len(post) <= 3000
    assert len(post.splitlines()[0]) <= 152
    assert post.endswith(f"\n<{SITE}/x>")
    assert post.count("```") == 2


def test_the_subject_and_the_text_of_a_mail_have_limits(
    world: World, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails: list[EmailMessage] = []
    monkeypatch.setattr(Mail, "_converse", lambda _self, mail, done: mails.append(mail))
    told = Message("event-1", "s" * 5000, "confirmed", "b" * 1_000_000, f"{SITE}/x")
    channels.Mail("a@example.org").send(store.get(add(store)[0]), told, store)
    assert len(mails[0]["Subject"]) == 200
    assert len(mails[0].get_content()) <= 100_001


RUN = """
import os, signal, sys
from pathlib import Path
from tools.alerts.store import Store
from tools.notify import channels, message, outbox

store = Store(Path(sys.argv[1]))
if sys.argv[2] == "killed":
    Store.end_sending = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
entries = [(event, message.compose(event, "")) for event in store.all()[::-1]]
outbox.deliver(channels.Webhook("GWAS_HOOK"), entries, store, "", print)
"""


def test_kill_9_between_sending_and_noting_it(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, 2)
    web = Web()
    monkeypatch.setenv("GWAS_HOOK", f"{web.url}/hook")
    with running(web.server):
        for how, code in (("killed", -signal.SIGKILL), ("", 0)):
            command = [sys.executable, "-c", RUN, str(store.path), how]
            assert subprocess.run(command, cwd=ROOT).returncode == code
    texts = Counter(body["text"] for _, _, body in web.requests)
    assert sorted(texts.values()) == [1, 2]
