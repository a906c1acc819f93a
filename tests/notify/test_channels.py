"""Messages reach their channels, what upstream wrote does no harm, and secrets stay secret."""

import argparse
import datetime
import email
import email.utils
import shlex
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from tests.alerts.made import KEY, add_event, metric_beside
from tests.alerts.servers import Post, Web, running
from tools.alerts import events, states
from tools.alerts.events import Event, SeriesChange
from tools.alerts.store import Store
from tools.cli import alerts
from tools.common.errors import ConfigError, UnreachableError
from tools.notify import channels, feed, message

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "https://perf.example.org/gwas"
HOSTILE = {
    "hash": "c" * 40,
    "author": "A <script>alert(1)</script>",
    "date": "2026-01-01",
    "subject": "Faster ``` @everyone <b>&amp; <!channel> \x00 ]]>",
    "url": "https://example.org/commit/c",
}


def test_the_message_says_what_where_and_how_it_is_known(event: Event) -> None:
    told = message.compose(event, SITE, HOSTILE)
    assert told.subject == "sgkit: pca in Sgkit: time_compute 1.48 x slower at aaaaaaaa..bbbbbbbb"
    assert f"event    {event.id}\nstate    confirmed\n" in told.text
    assert "6 interleaved pairs" in told.text
    assert "1.4 to 1.56" in told.text
    assert told.url == f"{SITE}/alerts.html?event={event.id}"
    again = f"compare {'a' * 12} {'b' * 12} pca.Sgkit.time_compute cores=2 data=smoke --stack"
    assert again in told.text


def test_what_was_decided_is_told_with_its_reason(event: Event, store: Store) -> None:
    confirmed = message.compose(event, SITE)
    store.set_state(event.id, states.SUPPRESSED, "until\x1b the release", "2027-01-31")
    suppressed = message.compose(store.get(event.id), SITE)
    assert "\nstate    suppressed until 2027-01-31: until  the release\n" in suppressed.text
    assert suppressed.version != confirmed.version
    moved = message.compose(event, "https://elsewhere.example.org")
    assert moved.version == confirmed.version  # nothing new is told by another address
    assert "https://elsewhere.example.org/alerts.html" in moved.text


def test_an_improvement_and_a_localised_commit(store: Store) -> None:
    made = add_event(store, "a" * 40, "b" * 40, 0.2)
    store.add_evidence(
        made.id, range={"good": "a" * 40, "bad": "d" * 40, "between": [], "finished": True}
    )
    assert message.subject(store.get(made.id)).endswith("5 x faster at dddddddd")
    machine = message.subject(replace(made, kind=events.MACHINE))
    assert machine.startswith("machine box: ")
    assert machine.endswith(" at aaaaaaaa..bbbbbbbb")


def test_the_commands_of_a_message_are_those_of_the_command_line(
    event: Event, store: Store
) -> None:
    told = message.compose(event, SITE)
    commands = [message.command(event), *message.decisions(event)]
    for command in commands:
        assert command is not None
        assert command in told.text
        program, *words = shlex.split(command.replace("YYYY-MM-DD", "2027-01-31"))
        assert [program, *words[:3]] == [".venv/bin/python", "-m", "tools", "alerts"]
        parser = argparse.ArgumentParser()
        alerts.add_arguments(parser)
        args = parser.parse_args(words[3:])
        assert args.action == "compare" or args.id == event.id
    store.set_state(event.id, states.EXPECTED, "meant")
    assert message.decisions(store.get(event.id)) == []


def test_the_feed_has_absolute_links_and_survives_hostile_text(
    event: Event, tmp_path: Path
) -> None:
    feed.write(tmp_path / "alerts.xml", SITE, [(event, message.compose(event, SITE, HOSTILE))])
    root = ET.parse(tmp_path / "alerts.xml").getroot()
    links = [link.get("href") or "" for link in root.iter(f"{ATOM}link")]
    assert links
    assert all(link.startswith("https://perf.example.org/gwas/") for link in links)
    content = root.find(f".//{ATOM}content")
    assert content is not None
    assert "<b>" in (content.text or "")  # as text, not as markup
    assert len(content) == 0


def test_an_entry_of_the_feed_keeps_its_id_and_no_other_tracker_has_it(
    event: Event, tmp_path: Path
) -> None:
    def id_of(event: Event, site: str) -> str | None:
        feed.write(tmp_path / "alerts.xml", site, [(event, message.compose(event, site))])
        return ET.parse(tmp_path / "alerts.xml").getroot().findtext(f"{ATOM}entry/{ATOM}id")

    own = id_of(event, SITE)
    assert own is not None
    assert own.startswith("urn:uuid:")
    assert id_of(event, "https://elsewhere.example.org") == own
    assert id_of(replace(event, machine="other"), SITE) != own
    assert (
        id_of(replace(event, created="2020-01-01T00:00:00+00:00"), SITE) != own
    )  # a new database


def test_mail(event: Event, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(server := Post()):
        monkeypatch.setenv("GWAS_SMTP_HOST", f"127.0.0.1:{server.server_address[1]}")
        monkeypatch.delenv("GWAS_SMTP_USER", raising=False)
        told = message.compose(event, SITE, {**HOSTILE, "subject": "x\r\nBcc: all@example.org"})
        channels.Mail("maintainers@example.org").send(event, told, store)
    (mail,) = server.mails
    head, _, _ = mail.partition("\r\n\r\n")
    assert "To: maintainers@example.org" in head
    assert "Bcc" not in head


def test_a_mail_says_when_it_was_sent_and_that_a_program_did(
    event: Event, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(server := Post()):
        monkeypatch.setenv("GWAS_SMTP_HOST", f"127.0.0.1:{server.server_address[1]}")
        monkeypatch.delenv("GWAS_SMTP_USER", raising=False)
        mail = channels.Mail("maintainers@example.org")
        told = message.compose(event, SITE)
        mail.send(event, told, store)
        mail.send(event, told, store)  # a night that did not live to remember the first
        mail.send(event, message.compose(replace(event, machine="other"), SITE), store)
        mail.send(event, message.compose(replace(event, stack="dated"), SITE), store)
    heads = [email.message_from_string(one) for one in server.mails]
    ids = [head["Message-ID"] for head in heads]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    for head in heads:
        sent = email.utils.parsedate_to_datetime(head["Date"])
        assert abs(datetime.datetime.now(datetime.timezone.utc) - sent).total_seconds() < 600
        assert head["Auto-Submitted"] == "auto-generated"


def test_webhook(event: Event, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web()
    with running(web.server):
        monkeypatch.setenv("GWAS_SLACK", f"{web.url}/hook")
        hook = channels.Webhook("GWAS_SLACK")
        hook.send(event, message.compose(event, SITE, HOSTILE), store)
        (_, path, body) = web.requests[0]
        assert path == "/hook"
        assert "<!channel>" not in body["text"]
        assert body["text"].count("```") == 2
        web.status = 500
        with pytest.raises(UnreachableError) as refused:
            hook.send(event, message.compose(event, SITE), store)
        assert web.url not in str(refused.value)
    with pytest.raises(UnreachableError) as gone:
        hook.send(event, message.compose(event, SITE), store)
    assert web.url not in str(gone.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_page_that_asks_for_a_login_was_not_told(
    event: Event, store: Store, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    web = Web()
    with running(web.server):
        web.statuses, web.leads_to = {"/hook": status}, f"{web.url}/login?of=sekret"
        monkeypatch.setenv("GWAS_SLACK", f"{web.url}/hook")
        hook = channels.Webhook("GWAS_SLACK")
        with pytest.raises(UnreachableError, match=rf"leads elsewhere \(HTTP {status}\)") as error:
            hook.send(event, message.compose(event, SITE), store)
    assert [path for _, path, _ in web.requests] == ["/hook"]
    assert web.url not in str(error.value)


def test_channels_of_a_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    assert channels.of_table("sgkit.alerts", {}, said.append) == []
    monkeypatch.setenv("GWAS_SLACK", "x")
    monkeypatch.setenv("GWAS_SMTP_HOST", "mail.example.org:587")
    table = {"mail": ["a@example.org", "B <b@example.org>"], "webhook": "GWAS_SLACK"}
    made = channels.of_table("sgkit.alerts", table, said.append)
    assert [one.name for one in made] == [
        "mail:a@example.org", "mail:B <b@example.org>", "webhook:GWAS_SLACK",
    ]  # fmt: skip
    assert said == []


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("fax", "1", "unknown key"),
        ("mail", "a@sekret.org", "a list of addresses"),
        ("mail", 3, "a list of addresses"),
        ("mail", [], "a list of addresses"),
        ("mail", ["a@b.org", 3], "a list of addresses"),
        ("mail", ["sekret@example.org\nBcc: all@example.org"], "a list of addresses"),
        ("mail", ["sekret@example.org, b@example.org"], "a list of addresses"),
        ("mail", ["sekret@"], "a list of addresses"),
        ("webhook", "https://hooks.slack.com/services/sekret", "name of the environment variable"),
        ("webhook", ["sekret", "B"], "name of the environment variable"),
        ("github", {"sekret": 1}, "owner/name"),
        ("github", "sekret/a/b", "owner/name"),
    ],
)
def test_an_entry_that_is_wrong_is_said_without_its_value(
    key: str, value: object, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GWAS_SLACK", "x")
    with pytest.raises(ConfigError, match=rf"\[sgkit.alerts\] {key}: .*{expected}") as error:
        channels.of_entry("sgkit.alerts", key, value)
    assert "sekret" not in str(error.value)
    said: list[str] = []
    made = channels.of_table("sgkit.alerts", {key: value, "webhook": "GWAS_SLACK"}, said.append)
    assert [one.name for one in made] == ["webhook:GWAS_SLACK"]  # the others are told
    assert len(said) == (key != "webhook")


def test_a_secret_or_a_server_that_is_missing_or_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GWAS_SLACK", raising=False)
    with pytest.raises(ConfigError, match="GWAS_SLACK is not set"):
        channels.of_entry("sgkit.alerts", "webhook", "GWAS_SLACK")
    for host in ("mail.example.org:abc", ":25", "mail.example.org:1234567"):
        monkeypatch.setenv("GWAS_SMTP_HOST", host)
        with pytest.raises(ConfigError, match="GWAS_SMTP_HOST: expected host or host:port"):
            channels.of_entry("sgkit.alerts", "mail", ["a@example.org"])


def test_a_timing_that_is_proven_at_the_commit_is_the_headline(store: Store) -> None:
    made = add_event(store, "a" * 40, "b" * 40, 1.5)
    tasks = SeriesChange(
        metric_beside("track_graph_tasks"),
        "pca: tasks",
        "tasks",
        False,
        91,
        176,
    )
    store.add_series(made.id, [tasks])
    proof = {"ratio": 176 / 91, "low": 1.9, "high": 2.0, "pairs": 2, "outcome": "confirmed"}
    store.add_evidence(made.id, confirmation={**proof, "key": str(tasks.key)})
    assert "pca: tasks 1.93 x higher" in message.subject(store.get(made.id))
    store.add_evidence(made.id, timing={**proof, "ratio": 1.4, "key": str(KEY)})
    told = message.compose(store.get(made.id), SITE)
    assert "time_compute 1.4 x slower" in told.subject
    assert told.text.count("proof    ") == 2
