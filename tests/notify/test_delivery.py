"""Who hears of what, how often, and that upstream's words do no harm on the way."""

from __future__ import annotations

import datetime
import email
import os
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.alerts.made import proof
from tests.alerts.servers import Post, Web, running
from tests.upstreams.examples import GitUpstream, upstream
from tools.alerts import events, states
from tools.alerts.closing import end_suppressions, resolve_recovered
from tools.alerts.events import Event, SeriesChange
from tools.alerts.store import Store
from tools.common.errors import DiskFullError
from tools.notify import channels, digest, feed, notifications
from tools.notify.delivery import Delivery
from tools.notify.message import Message
from tools.results.series_key import SeriesKey
from tools.upstreams.mirror import Mirror

KEY = SeriesKey.of("pca.Sgkit.time_compute", {"data": repr('a\'; rm -rf "x"')})
SITE = "https://perf.example.org"
HOSTILE = (
    "``` </pre><script>alert(1)</script> @everyone <!channel> \x1b[2J\u202e ]]> (#7)\n\n"
    "Bcc: all@example.org\r\n.\r\nMAIL FROM:<x>\n\x08{hash} %s ${HOME}"
)


class Place:
    """A store, a mirror of a git history with hostile words, and servers in place of channels."""

    def __init__(self, tmp_path: Path, web: Web, post: Post) -> None:
        git = GitUpstream(tmp_path / "upstream")
        self.commits = [git.commit("start", tag="0.1"), git.commit(HOSTILE), git.commit("fix")]
        links = {
            "commit": "https://example.org/c/{hash}",
            "pull_request": "https://e.org/{number}",
        }
        tool = upstream("sgkit", git.path, links=links)
        self.mirror = Mirror(tmp_path / "mirror.git")
        self.mirror.update([tool], say=lambda _: None)
        self.store = Store(tmp_path / "alerts.sqlite")
        self.html, self.web, self.post, self.links = tmp_path, web, post, links
        self.said: list[str] = []
        table = {"mail": ["a@example.org"], "webhook": "GWAS_HOOK", "github": "o/r"}
        self.delivery = Delivery(
            self.store, {"sgkit": tool},
            {
                "sgkit": channels.of_table("sgkit.alerts", table, self.said.append),
                "operator": channels.of_table(
                    "operator", {"webhook": "GWAS_OPERATOR"}, self.said.append
                ),
            },
            SITE, self.said.append,
        )  # fmt: skip

    def confirmed(self, at: int, old: float, new: float, kind: str = events.CODE) -> int:
        """An event that was confirmed, found and explained, from one commit to the next."""
        line = SeriesChange(KEY, "pca in Sgkit: time_compute", "seconds", new < old, old, new)
        ends = self.commits[at - 1], self.commits[at]
        event = self.store.add("sgkit", "frozen", "box", kind, *ends, [line])
        self.store.set_state(event.id, states.CONFIRMED, "measured")
        self.store.add_evidence(event.id, confirmation=proof(KEY, new / old))
        return event.id

    def locate(self, event: int) -> None:
        old, new = self.store.get(event).old, self.store.get(event).new
        found = {"good": old, "bad": new, "between": [], "finished": True}
        self.store.add_evidence(event, range=found, profile=[])

    def tell(self) -> list[tuple[Event, Message]]:
        """As a night does that comes to its end."""
        notifications = self.delivery.deliver(self.mirror)
        self.delivery.mark_digested(notifications)
        return notifications

    def feed(self) -> Path:
        """As `asv publish` writes it."""
        found = notifications.messages(self.store, {"sgkit": self.links}, self.mirror, SITE)
        feed.write(self.html / "alerts.xml", SITE, found)
        return self.html / "alerts.xml"

    def mails_to(self, *to: str) -> list[str]:
        """To whom mails go in a night that has these addresses."""
        table = {"mail": list(to)}
        made = channels.of_table("sgkit.alerts", table, self.said.append)
        self.delivery = replace(self.delivery, routes={**self.delivery.routes, "sgkit": made})
        self.delivery.register_channels({"sgkit": channels.names("sgkit.alerts", table)})
        before = len(self.post.mails)
        self.tell()
        return [email.message_from_string(mail)["To"] for mail in self.post.mails[before:]]

    def asked(self, path: str) -> list[tuple[str, dict]]:
        return [(method, body) for method, at, body in self.web.requests if at.startswith(path)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    web, post = Web(), Post()
    monkeypatch.setenv("GWAS_SMTP_HOST", f"127.0.0.1:{post.server_address[1]}")
    monkeypatch.delenv("GWAS_SMTP_USER", raising=False)
    monkeypatch.setenv("GWAS_HOOK", f"{web.url}/hook")
    monkeypatch.setenv("GWAS_OPERATOR", f"{web.url}/operator")
    monkeypatch.setenv("GWAS_GITHUB_TOKEN", "secret")
    monkeypatch.setenv("GWAS_GITHUB_API", web.url)
    with running(web.server), running(post):
        made = Place(tmp_path, web, post)
        yield made
        made.store.close()


def test_an_alert_waits_for_its_commit_and_is_sent_once(place: Place) -> None:
    event = place.confirmed(1, 1.0, 2.0)
    assert place.tell() == []
    place.locate(event)
    assert [one.id for one, _ in place.tell()] == [event]
    assert place.tell() == []
    assert len(place.post.mails) == len(place.asked("/hook")) == 1
    assert [method for method, _ in place.asked("/repos/o/r/issues")] == ["POST"]
    assert place.asked("/operator") == []
    assert place.said == []


def test_but_not_for_ever(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    event = place.confirmed(1, 1.0, 2.0)
    monkeypatch.setattr(notifications, "PATIENCE", notifications.PATIENCE * -1)
    assert len(place.tell()) == 1
    assert ".." in place.asked("/hook")[0][1]["text"]
    place.locate(event)
    assert place.tell() == []
    assert len(place.asked("/hook")) == 1
    # the issue gets the commit when it is found, and nothing is sent where nothing changed
    assert [method for method, _ in place.asked("/repos/o/r/issues")] == ["POST", "PATCH"]
    place.tell()
    assert len(place.asked("/repos/o/r/issues")) == 2


def test_a_fix_is_told_once_and_closes_the_issue(place: Place) -> None:
    slower = place.confirmed(1, 1.0, 2.0)
    place.locate(slower)
    place.tell()
    fix = place.confirmed(2, 2.0, 1.0)
    place.locate(fix)
    lines = {"sgkit": place.commits[::-1]}
    assert [one.id for one in resolve_recovered(place.store, lines)] == [slower]
    ((event, text),) = place.tell()
    assert event.id == fix
    assert text.subject.startswith("fixed: sgkit")
    assert f"fixes    event {slower}" in text.text
    assert len(place.post.mails) == 2
    asked = place.asked("/repos/o/r/issues")
    assert [method for method, _ in asked] == ["POST", "POST", "PATCH"]  # no issue for the fix
    assert asked[-1][1]["state"] == "closed"
    assert digest.write([(event, text)], place.said.append) == digest.ONLY_FASTER


def test_an_issue_whose_answer_was_lost_is_closed_with_its_event(place: Place) -> None:
    event = place.confirmed(1, 1.0, 2.0)
    place.locate(event)
    place.web.page = b"<html>a gateway's page</html>"
    place.tell()
    (_, opened) = place.asked("/repos/o/r/issues")[0]
    place.web.page, place.web.listed = b"", [{"number": 7, "body": opened["body"]}]
    place.store.set_state(event, states.RESOLVED, "recovered by event 9")
    place.tell()
    assert place.asked("/repos/o/r/issues/7")[-1][1]["state"] == "closed"


def test_an_issue_that_was_deleted_is_warned_of_once(place: Place) -> None:
    event = place.confirmed(1, 1.0, 2.0)
    place.locate(event)
    place.tell()
    issue = "/repos/o/r/issues/12"
    place.web.statuses = {issue: 410, f"{issue}/comments": 410}
    place.store.set_state(event, states.RESOLVED, "recovered by event 9")
    place.tell()
    place.tell()
    assert place.said == ["github:o/r: issue 12 was deleted or moved away; nothing updates it"]


def test_the_issue_of_an_event_that_joined_another_is_closed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = place.confirmed(1, 1.0, 2.0)
    other = place.confirmed(1, 1.0, 2.0)
    place.store.set_state(other, states.MERGED, "the same commit as event 1")
    monkeypatch.setattr(notifications, "PATIENCE", notifications.PATIENCE * -1)
    assert [one.id for one, _ in place.tell()] == [event]  # what was never told of stays so
    place.store.set_state(event, states.MERGED, "the same commit as event 9")
    assert place.tell() == []
    (_, opened), (_, comment), (_, last) = place.asked("/repos/o/r/issues")
    assert "state    confirmed" in opened["body"]
    assert "merged: the same commit as event 9" in comment["body"]
    assert last["state"] == "closed"
    assert len(place.asked("/hook")) == 1
    assert "<entry>" not in place.feed().read_text()


def test_the_machine_is_the_operators(place: Place) -> None:
    place.confirmed(1, 1.0, 2.0, events.MACHINE)
    notifications = place.tell()
    assert len(notifications) == len(place.asked("/operator")) == 1
    assert place.post.mails == []
    assert place.asked("/repos") == []
    assert digest.write(notifications, place.said.append) == digest.ONLY_MACHINE


def test_what_was_acknowledged_is_told_to_nobody(place: Place) -> None:
    event = place.confirmed(1, 1.0, 2.0)
    place.locate(event)
    place.store.set_state(event, states.ACKNOWLEDGED, "known")
    assert place.tell() == []
    assert place.web.requests == []


def test_what_was_suppressed_is_told_again_once_its_day_has_come(place: Place) -> None:
    event = place.confirmed(1, 1.0, 2.0)
    place.locate(event)
    place.tell()
    place.store.set_state(event, states.SUPPRESSED, "a release comes", "2026-12-01")
    assert place.tell() == []
    end_suppressions(place.store, datetime.date(2026, 11, 30))
    assert place.tell() == []
    assert len(place.post.mails) == len(place.asked("/hook")) == 1
    end_suppressions(place.store, datetime.date(2026, 12, 1))
    ((again, text),) = place.tell()
    assert again.id == event
    assert "\nstate    confirmed: was suppressed until 2026-12-01\n" in text.text
    assert place.tell() == []
    assert len(place.post.mails) == len(place.asked("/hook")) == 2
    first, second = (email.message_from_string(one)["Message-ID"] for one in place.post.mails)
    assert first != second  # else it would not be shown
    assert len(place.asked("/repos/o/r/issues/12/comments")) == 1


def test_hostile_words(place: Place) -> None:
    place.locate(place.confirmed(1, 1.0, 2.0))
    ((_, text),) = place.tell()
    assert "\x1b" not in text.text
    assert "\u202e" not in text.text
    assert r"""'data=a'"'"'; rm -rf "x"'""" in text.text  # one word for a shell
    (mail,) = place.post.mails
    assert "\nBcc:" not in mail.partition("\r\n\r\n")[0]
    (_, body) = place.asked("/hook")[0]
    assert "<!channel>" not in body["text"]
    assert body["text"].count("```") == 2
    (_, issue) = place.asked("/repos")[0]
    assert issue["body"].count("```") == 2
    assert issue["body"].startswith("```text\n")
    content = ET.parse(place.feed()).getroot().find(".//{http://www.w3.org/2005/Atom}content")
    assert content is not None
    assert "<script>" in (content.text or "")
    assert len(content) == 0


def test_what_was_not_sent_is_sent_the_next_night(place: Place) -> None:
    place.locate(place.confirmed(1, 1.0, 2.0))
    place.web.status = 500
    assert len(place.tell()) == 1
    assert len(place.said) == 2
    assert not any("127.0.0.1" in said or "secret" in said for said in place.said)
    place.web.status = 200
    place.tell()
    assert len(place.post.mails) == 1
    assert len(place.asked("/hook")) == 2


def test_an_address_that_is_refused_keeps_nothing_from_the_others(place: Place) -> None:
    to = ["a@example.org", "gone@example.org", "b@example.org"]
    mails = channels.of_table("sgkit.alerts", {"mail": to}, place.said.append)
    place.delivery = replace(place.delivery, routes={"sgkit": mails})
    place.locate(place.confirmed(1, 1.0, 2.0))
    place.post.unknown = {"gone@example.org"}
    place.tell()
    assert len(place.post.mails) == 2
    place.tell()
    assert len(place.post.mails) == 2
    refused = "mail:gone@example.org was not sent: SMTPRecipientsRefused"
    assert place.said == [f"{refused}; the next night tries again"] * 2
    place.post.unknown = set()
    place.tell()
    assert ["To: gone@" in mail for mail in place.post.mails] == [False, False, True]


def test_who_is_added_hears_of_what_is_told_from_then_on(place: Place) -> None:
    place.locate(place.confirmed(1, 1.0, 2.0))
    assert place.mails_to("ann@x.org") == ["ann@x.org"]  # a tracker's first night
    assert place.mails_to("ann@x.org", "bob@x.org") == []
    assert place.mails_to("bob@x.org", "Ann <ann@x.org>") == []
    place.locate(place.confirmed(2, 2.0, 4.0))
    assert place.mails_to("bob@x.org", "ann@x.org") == ["bob@x.org", "ann@x.org"]


def test_what_an_older_version_told_is_not_told_again(place: Place) -> None:
    first, second = place.confirmed(1, 1.0, 2.0), place.confirmed(2, 2.0, 4.0)
    for event in (first, second):
        place.locate(event)
        for name in ("mail:ann@x.org,bob@x.org", "digest"):
            place.store.mark_sent(event, name, states.CONFIRMED)
    place.store.mark_sent(first, "webhook:GWAS_HOOK", states.CONFIRMED)
    assert place.mails_to("ann@x.org", "bob@x.org") == []
    table = {"webhook": "GWAS_HOOK"}  # which did not answer when the second was told
    made = channels.of_table("sgkit.alerts", table, print)
    place.delivery = replace(place.delivery, routes={"sgkit": made})
    place.delivery.register_channels({"sgkit": channels.names("sgkit.alerts", table)})
    place.tell()
    (_, notifications) = place.asked("/hook")[0]
    assert f"event={second}" in notifications["text"]
    assert len(place.asked("/hook")) == 1


def test_a_channel_that_failed_since_it_was_added_is_told_when_that_is_mended(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = os.environ["GWAS_SMTP_HOST"]
    monkeypatch.delenv("GWAS_SMTP_HOST")
    place.locate(place.confirmed(1, 1.0, 2.0))
    assert place.mails_to("ann@x.org") == []
    monkeypatch.setenv("GWAS_SMTP_HOST", "127.0.0.1:9")
    assert place.mails_to("ann@x.org") == []
    monkeypatch.setenv("GWAS_SMTP_HOST", address)
    assert place.mails_to("ann@x.org") == ["ann@x.org"]


def test_who_hears_of_one_tool_and_is_added_to_another_is_new_there(place: Place) -> None:
    place.locate(place.confirmed(1, 1.0, 2.0))
    assert place.mails_to("ann@x.org") == ["ann@x.org"]
    place.confirmed(1, 1.0, 2.0, events.MACHINE)
    place.tell()
    table = {"mail": ["ann@x.org"]}
    place.delivery = replace(
        place.delivery, routes={"operator": channels.of_table("operator", table, print)}
    )
    place.delivery.register_channels({"operator": channels.names("operator", table)})
    place.tell()
    assert len(place.post.mails) == 1
    place.confirmed(2, 1.0, 2.0, events.MACHINE)
    place.tell()
    assert len(place.post.mails) == 2


def test_a_channel_of_two_tools_rests_for_both(place: Place) -> None:
    dask = place.store.add("dask", "frozen", "box", events.CODE, "a" * 40, "b" * 40, [
        SeriesChange(KEY, "pca", "seconds", False, 1.0, 2.0)
    ])  # fmt: skip
    place.store.set_state(dask.id, states.CONFIRMED, "measured")
    place.locate(dask.id)
    for at in (1, 2):
        place.locate(place.confirmed(at, 1.0, 2.0))
    table = {"webhook": "GWAS_HOOK"}
    routes = {
        tool: channels.of_table(f"{tool}.alerts", table, print) for tool in ("sgkit", "dask")
    }
    tools = {**place.delivery.upstreams, "dask": place.delivery.upstreams["sgkit"]}
    place.delivery = replace(place.delivery, routes=routes, upstreams=tools)
    place.web.status = 500
    assert len(place.tell()) == 3
    assert len(place.asked("/hook")) == 2
    place.web.status = 200
    place.tell()
    assert len(place.asked("/hook")) == 5


def test_nothing_is_sent_that_cannot_be_noted(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFullError("the disk is full")

    place.locate(place.confirmed(1, 1.0, 2.0))
    with monkeypatch.context() as disk:
        disk.setattr(Store, "begin_sending", full)
        assert len(place.delivery.deliver(place.mirror)) == 1
    assert place.said == ["nothing more is sent tonight: the disk is full"]
    assert place.post.mails == place.web.requests == []
    place.tell()
    assert len(place.post.mails) == len(place.asked("/hook")) == 1


class Broken:
    """A channel that fails as none of ours should; the error's text has its secret."""

    name = "broken"

    def wants(self, event: Event) -> bool:
        return True

    def send(self, event: Event, message: Message, store: Store) -> None:
        raise ValueError("https://hooks.example.org/sekret")

    def summarise(self, message: Message, store: Store) -> None:
        raise ValueError("https://hooks.example.org/sekret")

    def follow(self, event: Event, message: Message, store: Store) -> None:
        """Nothing."""


def test_a_channel_that_fails_in_any_way_keeps_nothing_from_the_others(place: Place) -> None:
    channels_of_sgkit = place.delivery.routes["sgkit"]
    place.delivery = replace(place.delivery, routes={"sgkit": [Broken(), *channels_of_sgkit]})
    place.locate(place.confirmed(1, 1.0, 2.0))
    place.web.page = b"<html>a proxy's page</html>"
    assert len(place.tell()) == 1
    assert len(place.post.mails) == len(place.asked("/hook")) == 1
    assert place.said == [
        "broken failed: ValueError; the next night tries again",
        "github:o/r does not answer as GitHub does; the next night tries again",
    ]
    place.web.page = b""
    place.tell()
    assert len(place.post.mails) == len(place.asked("/hook")) == 1
    assert len(place.asked("/repos")) == 2
    assert place.said[2:] == place.said[:1]
