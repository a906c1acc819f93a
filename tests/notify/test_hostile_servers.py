"""A server costs one send its deadline, whatever it does, and nobody guesses the outcome."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import pytest

from tests.alerts.servers import running
from tests.notify.hostile import Hostile, Play, http, smtp
from tools.alerts.events import Event
from tools.alerts.store import Store
from tools.common.errors import UnreachableError
from tools.notify import channels, http_request, message
from tools.notify.channels import Mail, Webhook
from tools.notify.deadline import Deadline
from tools.notify.http_request import RefusedError, UnansweredError

SHORT = 0.3  # seconds: the deadline of servers that do not end
LONGER = 2.0  # of those that misbehave late: also a busy machine has come so far by then
LATE = 6.0  # by then a send has ended


@contextlib.contextmanager
def mail_to(play: Play, monkeypatch: pytest.MonkeyPatch, seconds: float) -> Iterator[Mail]:
    with running(server := Hostile(play)):
        monkeypatch.setenv("GWAS_SMTP_HOST", server.address)
        monkeypatch.delenv("GWAS_SMTP_USER", raising=False)
        monkeypatch.setattr("socket.getfqdn", lambda: "test")  # it may ask a name server
        mail = Mail("a@example.org")
        mail.seconds = seconds
        yield mail


@contextlib.contextmanager
def hook_of(play: Play, monkeypatch: pytest.MonkeyPatch, seconds: float) -> Iterator[Webhook]:
    with running(server := Hostile(play)):
        monkeypatch.setenv("GWAS_HOOK", f"http://{server.address}/sekret")
        hook = Webhook("GWAS_HOOK")
        hook.seconds = seconds
        yield hook


@pytest.mark.parametrize(
    ("at", "behaviour", "arrived"),
    [
        ("greeting", "hang", UnreachableError),
        ("greeting", "drip", UnreachableError),
        ("EHLO", "hang", UnreachableError),
        ("EHLO", "drip", UnreachableError),
        ("MAIL", "drip", UnansweredError),  # smtplib does not say how far it came
        (".", "hang", UnansweredError),
        ("QUIT", "drip", None),
    ],
)
def test_a_mail_server_that_does_not_end_is_cut(
    event: Event, store: Store, monkeypatch: pytest.MonkeyPatch,
    at: str, behaviour: str, arrived: type[Exception] | None,
) -> None:  # fmt: skip
    began = time.monotonic()
    seconds = SHORT if arrived is UnreachableError else LONGER
    with mail_to(smtp(at, behaviour), monkeypatch, seconds) as mail:
        if arrived is None:  # the mail was taken before
            mail.send(event, message.compose(event, ""), store)
        else:
            with pytest.raises(arrived) as cut:
                mail.send(event, message.compose(event, ""), store)
            assert cut.type is arrived
    assert time.monotonic() - began < LATE


@pytest.mark.parametrize(
    ("at", "behaviour", "arrived"),
    [
        ("greeting", "close", UnreachableError),
        ("greeting", "421", UnreachableError),
        ("MAIL", "451", UnreachableError),
        ("RCPT", "550", UnreachableError),
        (".", "452", UnreachableError),
        (".", "close", UnansweredError),
        ("QUIT", "close", None),
        ("QUIT", "500", None),
    ],
)
def test_a_mail_server_that_refuses_or_closes_early(
    event: Event, store: Store, monkeypatch: pytest.MonkeyPatch,
    at: str, behaviour: str, arrived: type[Exception] | None,
) -> None:  # fmt: skip
    with mail_to(smtp(at, behaviour), monkeypatch, 30) as mail:
        if arrived is None:
            mail.send(event, message.compose(event, ""), store)
        else:
            with pytest.raises(arrived) as refused:
                mail.send(event, message.compose(event, ""), store)
            assert refused.type is arrived


@pytest.mark.parametrize("behaviour", ["hang", "drip"])
def test_a_web_server_that_does_not_end_is_cut(
    event: Event, store: Store, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    began = time.monotonic()
    with hook_of(http(behaviour), monkeypatch, SHORT) as hook:
        with pytest.raises(UnansweredError) as cut:
            hook.send(event, message.compose(event, ""), store)
        assert "sekret" not in str(cut.value)
    assert time.monotonic() - began < LATE


@pytest.mark.parametrize(
    ("behaviour", "head"),
    [("hang in the body", "200 OK"), ("drip in the body", "500 No"), ("endless body", "200 OK")],
)
def test_a_web_server_has_decided_when_it_has_sent_its_status(
    event: Event, store: Store, monkeypatch: pytest.MonkeyPatch, behaviour: str, head: str
) -> None:
    began = time.monotonic()
    monkeypatch.setattr(http_request, "_LARGEST", 5_000_000)
    refused = contextlib.nullcontext() if head == "200 OK" else pytest.raises(RefusedError)
    with hook_of(http(behaviour, head), monkeypatch, LONGER) as hook, refused:
        hook.send(event, message.compose(event, ""), store)
    assert time.monotonic() - began < LATE


@pytest.mark.parametrize(
    ("behaviour", "head", "expected"),
    [
        ("close", "", UnansweredError),
        ("answer", "429 Too Many Requests", RefusedError),
        ("answer", "500 No", RefusedError),
        ("answer", "302 Found\r\nLocation: http://127.0.0.1:9/login", RefusedError),
        ("answer", "999", RefusedError),
        ("answer", "no status", UnansweredError),
    ],
)
def test_a_web_server_that_refuses_or_closes_early(
    event: Event, store: Store, monkeypatch: pytest.MonkeyPatch,
    behaviour: str, head: str, expected: type[Exception],
) -> None:  # fmt: skip
    with (
        hook_of(http(behaviour, head), monkeypatch, 30) as hook,
        pytest.raises(expected) as refused,
    ):
        hook.send(event, message.compose(event, ""), store)
    assert refused.type is expected


def test_what_was_not_connected_has_not_arrived(
    event: Event, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("http://127.0.0.1:9/x", "http://no-such-host.invalid/x", "https:/x", "x"):
        monkeypatch.setenv("GWAS_HOOK", address)
        with pytest.raises(UnreachableError) as missed:
            channels.Webhook("GWAS_HOOK").send(event, message.compose(event, ""), store)
        assert missed.type is UnreachableError


def test_a_name_that_is_never_resolved_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: time.sleep(LATE))
    with pytest.raises(UnreachableError):
        http_request.request("GET", "http://slow.example.org", "hook", Deadline(SHORT))
    assert time.monotonic() - began < LATE


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ("Retry-After: 1", 1),
        ("Retry-After: 86400", None),
        ("Retry-After: soon", None),
        ("X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 99999999999", None),
    ],
)
def test_a_busy_server_is_asked_again_after_the_pause_that_it_wants(
    event: Event, store: Store, monkeypatch: pytest.MonkeyPatch, asked: str, waits: int | None
) -> None:
    times: list[float] = []
    busy, free = (http("answer", head) for head in (f"429 Too Many\r\n{asked}", "200 OK"))

    def play(connection: object) -> None:
        times.append(time.monotonic())
        (busy if len(times) == 1 else free)(connection)  # type: ignore[arg-type]

    with hook_of(play, monkeypatch, 30) as hook:
        if waits is not None:
            hook.send(event, message.compose(event, ""), store)
            assert times[1] - times[0] >= waits
            return
        with pytest.raises(RefusedError) as refused:
            hook.send(event, message.compose(event, ""), store)
    assert len(times) == 1
    assert (refused.value.until is None) == ("soon" in asked)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 604_800, 604_800),  # 7 days at most
        ("9" * 400, 604_800, 604_800),
        ("-5", None, None),
        ("\u0661", None, None),
        ("Wed, 21 Oct 2015 07:28:00", None, None),
    ],
)
def test_any_text_of_a_pause_is_read_or_left(text: str, least: int, most: int) -> None:
    pause = http_request._pause(http_request.Answer(429, {"Retry-After": text}))
    if least is None:
        assert pause is None
    else:
        assert pause is not None
        assert least <= pause.total_seconds() <= most
