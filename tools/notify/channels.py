"""The channels of notifications: mail, a Slack-compatible webhook, GitHub issues."""

import contextlib
import email.utils
import os
import re
import smtplib
import ssl
from collections.abc import Callable, Iterable, Mapping
from email.message import EmailMessage
from typing import Any, Protocol

from tools.alerts.events import Event
from tools.alerts.store import Store
from tools.common.errors import ConfigError, TrackerError, UnreachableError
from tools.notify import credentials, http_request
from tools.notify.credentials import secret
from tools.notify.github import GitHub
from tools.notify.http_request import TIMEOUT
from tools.notify.message import Message

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


class Channel(Protocol):
    """One way to send messages."""

    name: str  # key and value of its entry: the database keeps by it what was sent

    def send(self, event: Event, message: Message, store: Store) -> None:
        """Send a message. Raises UnreachableError when that failed; the next night tries again."""

    def follow(self, event: Event, message: Message, store: Store) -> None:
        """Update an earlier message on an event, if the channel can; raises as `send`.

        Called each night for all notified events.
        """


class _Once:
    """A channel that cannot update what it has sent."""

    def follow(self, event: Event, message: Message, store: Store) -> None:
        pass


class Mail(_Once):
    """SMTP: GWAS_SMTP_HOST (host or host:port), GWAS_SMTP_USER, GWAS_SMTP_PASSWORD.

    One address each, so that the database knows who was notified, and a refused address does not
    stop the others.
    """

    def __init__(self, to: str) -> None:
        self.name = f"mail:{to}"
        self._to = to
        self._host, _, port = secret("GWAS_SMTP_HOST").partition(":")
        if not self._host or not re.fullmatch("[0-9]{1,5}", port or "25"):
            raise ConfigError("GWAS_SMTP_HOST: expected host or host:port")
        self._port = int(port or 25)
        self._user = os.environ.get("GWAS_SMTP_USER", "")
        self._password = secret("GWAS_SMTP_PASSWORD") if self._user else ""
        self._from = os.environ.get("GWAS_SMTP_FROM", self._user) or "gwas-tracker@localhost"

    def send(self, event: Event, message: Message, store: Store) -> None:
        mail = EmailMessage()
        mail["Subject"] = " ".join(message.subject.split())
        mail["From"], mail["To"] = self._from, self._to
        mail["Date"] = email.utils.localtime()
        # the same words have the same id, so that a mail that was sent twice is shown once
        mail["Message-ID"] = f"<event-{event.uid}-{message.version[:16]}@gwas-tracker>"
        mail["Auto-Submitted"] = "auto-generated"  # no out-of-office replies
        mail.set_content(message.text)
        try:
            with self._connect() as server:
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise UnreachableError(f"{self.name} was not sent: {type(error).__name__}") from None

    def _connect(self) -> smtplib.SMTP:
        """The server, encrypted if it can be; no password goes to an unencrypted one."""
        trusted = ssl.create_default_context()
        if self._port == smtplib.SMTP_SSL_PORT:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT, context=trusted)
        server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=trusted)
        elif self._user:
            server.close()
            raise UnreachableError(
                f"{self.name} was not sent: the server takes passwords in the clear"
            )
        return server


class Webhook(_Once):
    """A Slack-compatible webhook; its address is a secret in an environment variable."""

    def __init__(self, variable: str) -> None:
        self.name = f"webhook:{variable}"
        self._url = secret(variable)

    def send(self, event: Event, message: Message, store: Store) -> None:
        text = f"*{_slack(message.subject)}*\n```{_slack(message.text)}```\n<{message.url}>"
        http_request.request("POST", self._url, self.name, json={"text": text})


def of_table(name: str, table: Mapping[str, Any], warn: Callable[[str], None]) -> list[Channel]:
    """The channels of a table of upstreams.toml, such as [sgkit.alerts].

    A wrong entry is skipped with a warning.
    """
    channels: list[Channel] = []
    for key, value in table.items():
        try:
            channels += of_entry(name, key, value)
        except TrackerError as error:  # a later night sends it, once the entry is right
            warn(str(error))
    return channels


def names(name: str, table: Mapping[str, Any]) -> list[str]:
    """The names of a table's channels, also of those that lack their secrets."""
    listed = []
    for key, value in table.items():
        with contextlib.suppress(ConfigError):  # `of_table` warns of it
            listed += [f"{key}:{to}" for to in _targets(name, key, value)]
    return listed


def of_entry(name: str, key: str, value: object) -> list[Channel]:
    """The channels of one entry of the table `name`: one for each address of a mail list.

    `mail` (addresses), `webhook` (name of the environment variable with its address), `github`
    (owner/name). Raises ConfigError for any other entry, and for a secret that is not set. The
    message leaves the value out: it may be a secret in the wrong place.
    """
    kinds: dict[str, Callable[[str], Channel]] = {
        "mail": Mail, "webhook": Webhook, "github": GitHub,
    }  # fmt: skip
    return [kinds[key](to) for to in _targets(name, key, value)]


def _targets(name: str, key: str, value: object) -> list[str]:
    match key, value:
        case "mail", [_, *_] if all(isinstance(to, str) and _is_address(to) for to in value):
            return [str(to) for to in value]
        case "webhook", str() if _VARIABLE.fullmatch(value):
            return [value]
        case "github", str() if re.fullmatch(r"[\w.-]+/[\w.-]+", value, re.ASCII):
            return [value]
    expected = {
        "mail": 'expected a list of addresses such as ["maintainers@example.org"]',
        "webhook": "expected the name of the environment variable that holds the address, "
        'such as "GWAS_SLACK"',
        "github": 'expected "owner/name"',
    }
    raise ConfigError(f"upstreams.toml: [{name}] {key}: {expected.get(key, 'unknown key')}")


def forget_secrets(tables: Iterable[Mapping[str, Any]]) -> None:
    """Remove the secrets of these tables from the environment, once the channels have them."""
    webhooks = [str(table["webhook"]) for table in tables if table.get("webhook")]
    credentials.forget(["GWAS_SMTP_USER", "GWAS_SMTP_PASSWORD", "GWAS_GITHUB_TOKEN", *webhooks])


def _is_address(text: str) -> bool:
    if not text.isprintable():  # a line break would begin another header
        return False
    addresses = email.utils.getaddresses([text])
    return len(addresses) == 1 and "@" in addresses[0][1]


def _slack(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("```", "'''")
    )
