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
from tools.notify import credentials, deadline, heartbeat, http_request
from tools.notify.credentials import secret
from tools.notify.deadline import Deadline
from tools.notify.github import GitHub
from tools.notify.http_request import UnansweredError
from tools.notify.message import Message, shortened

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
# characters: mail programs show one line; servers refuse a mail of megabytes; Slack's limits of a
# header, and of a section with all its marks
_MAIL_SUBJECT, _MAIL_TEXT = 200, 100_000
_SLACK_SUBJECT, _SLACK_TEXT = 150, 3000


class Channel(Protocol):
    """One way to send messages."""

    name: str  # key and value of its entry: the database keeps by it what was sent

    def wants(self, event: Event) -> bool:
        """Whether the channel takes messages on such an event."""

    def send(self, event: Event, message: Message, store: Store) -> None:
        """Send a message on an event.

        Raises UnansweredError when it may have arrived, UnreachableError when it has not.
        """

    def summarise(self, message: Message, store: Store) -> None:
        """Send one message on several events; raises as `send`."""

    def follow(self, event: Event, message: Message, store: Store) -> None:
        """Update an earlier message on an event, if the channel can; raises as `send`.

        Called each night for all notified events.
        """


class _Once:
    """A channel that cannot update what it has sent."""

    seconds = deadline.SECONDS  # for one message

    def wants(self, event: Event) -> bool:
        return True

    def send(self, event: Event, message: Message, store: Store) -> None:
        self._send(message)

    def summarise(self, message: Message, store: Store) -> None:
        self._send(message)

    def follow(self, event: Event, message: Message, store: Store) -> None:
        pass

    def _send(self, message: Message) -> None:
        raise NotImplementedError


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
        self._trusted = ssl.create_default_context()
        self._from = os.environ.get("GWAS_SMTP_FROM", self._user) or "gwas-tracker@localhost"

    def _send(self, message: Message) -> None:
        mail = EmailMessage()
        mail["Subject"] = shortened(" ".join(message.subject.split()), _MAIL_SUBJECT)
        mail["From"], mail["To"] = self._from, self._to
        mail["Date"] = email.utils.localtime()
        # the same message has the same id, so that a mail that was sent twice is shown once
        mail["Message-ID"] = f"<{message.key}@gwas-tracker>"
        mail["Auto-Submitted"] = "auto-generated"  # no out-of-office replies
        mail.set_content(shortened(message.text, _MAIL_TEXT))
        done: list[str] = []
        try:
            Deadline(self.seconds).run(lambda: self._converse(mail, done))
        except (OSError, smtplib.SMTPException) as error:
            if "accepted" in done:
                return
            refused = (
                smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused,
                smtplib.SMTPNotSupportedError,
            )  # fmt: skip
            unsure = "begun" in done and not isinstance(error, refused)
            kind = UnansweredError if unsure else UnreachableError
            raise kind(f"{self.name} was not sent: {type(error).__name__}") from None

    def _converse(self, mail: EmailMessage, done: list[str]) -> None:
        """Send a mail; adds to `done` when the mail is `begun`, and `accepted`."""
        with self._connect() as server:
            if self._user:
                server.login(self._user, self._password)
            done.append("begun")
            server.send_message(mail)
            done.append("accepted")

    def _connect(self) -> smtplib.SMTP:
        """The server, encrypted if it can be; no password goes to an unencrypted one."""
        if self._port == smtplib.SMTP_SSL_PORT:
            return smtplib.SMTP_SSL(
                self._host, self._port, timeout=self.seconds, context=self._trusted
            )
        server = smtplib.SMTP(self._host, self._port, timeout=self.seconds)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=self._trusted)
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

    def _send(self, message: Message) -> None:
        head = f"*{_slack(shortened(message.subject, _SLACK_SUBJECT, _slack))}*"
        tail = f"<{message.url}>"
        room = _SLACK_TEXT - len(f"{head}\n``````\n{tail}")
        text = f"{head}\n```{_slack(shortened(message.text, room, _slack))}```\n{tail}"
        ends = Deadline(self.seconds)
        http_request.request("POST", self._url, self.name, ends, json={"text": text})


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
    names = ("GWAS_SMTP_USER", "GWAS_SMTP_PASSWORD", "GWAS_GITHUB_TOKEN", heartbeat.VARIABLE)
    credentials.forget([*names, *webhooks])


def _is_address(text: str) -> bool:
    if not text.isprintable():  # a line break would begin another header
        return False
    addresses = email.utils.getaddresses([text])
    return len(addresses) == 1 and "@" in addresses[0][1]


def _slack(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("```", "'''")
    )
