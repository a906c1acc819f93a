"""Where messages go: mail, a Slack-compatible webhook, GitHub issues.

Secrets are read from the environment only, and are in no message, log or error.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterable, Mapping
from email.message import EmailMessage
from typing import Any, Protocol

import requests

from tools.alerts import events
from tools.alerts.events import Event
from tools.alerts.message import Message
from tools.alerts.store import Store
from tools.common.errors import ConfigError, UnreachableError

_TIMEOUT = 30
_GITHUB = "https://api.github.com"


class Channel(Protocol):
    """Something that tells people; `name` is unique, so that each is told once of each state."""

    name: str
    follows: bool  # whether it is sent every later version of a message as well

    def send(self, event: Event, message: Message, store: Store) -> None:
        """Tell of an event. Raises UnreachableError when that failed: it is tried again."""


class Mail:
    """SMTP: GWAS_SMTP_HOST (host or host:port), GWAS_SMTP_USER, GWAS_SMTP_PASSWORD."""

    follows = False

    def __init__(self, to: list[str]) -> None:
        self.name = f"mail:{','.join(to)}"
        self._to = to
        self._host = _secret("GWAS_SMTP_HOST")
        self._user = os.environ.get("GWAS_SMTP_USER", "")
        self._password = _secret("GWAS_SMTP_PASSWORD") if self._user else ""
        self._from = os.environ.get("GWAS_SMTP_FROM", self._user) or "gwas-tracker@localhost"

    def send(self, event: Event, message: Message, store: Store) -> None:
        mail = EmailMessage()
        mail["Subject"] = " ".join(message.subject.split())
        mail["From"], mail["To"] = self._from, ", ".join(self._to)
        mail["Message-ID"] = f"<event-{event.id}-{event.state}@gwas-tracker>"
        mail.set_content(message.text)
        try:
            with self._connect() as server:
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise UnreachableError(f"mail was not sent: {type(error).__name__}") from None

    def _connect(self) -> smtplib.SMTP:
        """The server, encrypted where it can be; a password is sent to no other."""
        host, _, port = self._host.partition(":")
        number = int(port or 25)
        trusted = ssl.create_default_context()
        if number == smtplib.SMTP_SSL_PORT:
            return smtplib.SMTP_SSL(host, number, timeout=_TIMEOUT, context=trusted)
        server = smtplib.SMTP(host, number, timeout=_TIMEOUT)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=trusted)
        elif self._user:
            server.close()
            raise UnreachableError("mail was not sent: the server takes passwords in the clear")
        return server


class Webhook:
    """A Slack-compatible webhook, whose address is a secret in the variable that is named."""

    follows = False

    def __init__(self, variable: str) -> None:
        self.name = f"webhook:{variable}"
        self._url = _secret(variable)

    def send(self, event: Event, message: Message, store: Store) -> None:
        text = f"*{_slack(message.subject)}*\n```{_slack(message.text)}```\n<{message.url}>"
        _request("POST", self._url, self.name, json={"text": text})


class GitHub:
    """One issue a slow-down: created, updated with what is found, closed when it is fixed.

    An improvement opens none, as there would be nothing to do about it.
    """

    follows = True

    def __init__(self, repository: str, api: str = _GITHUB) -> None:
        self.name = f"github:{repository}"
        self._issues = f"{api}/repos/{repository}/issues"
        self._headers = {
            "Authorization": f"Bearer {_secret('GWAS_GITHUB_TOKEN')}",
            "Accept": "application/vnd.github+json",
        }

    def send(self, event: Event, message: Message, store: Store) -> None:
        number = event.facts.get("github", {}).get(self.name)
        body = {"title": message.subject, "body": f"```text\n{_fenced(message.text)}\n```"}
        if number is None and event.better:
            return
        if number is None:
            made = self._ask("POST", self._issues, json=body)
            known = {**event.facts.get("github", {}), self.name: made["number"]}
            store.learn(event.id, github=known)
        elif event.state == events.RESOLVED:
            self._ask("POST", f"{self._issues}/{number}/comments", json={"body": body["body"]})
            self._ask("PATCH", f"{self._issues}/{number}", json={"state": "closed"})
        else:
            self._ask("PATCH", f"{self._issues}/{number}", json=body)

    def _ask(self, method: str, url: str, json: Mapping[str, Any]) -> dict[str, Any]:
        return _request(method, url, self.name, json=json, headers=self._headers).json()


def of_table(name: str, table: Mapping[str, Any]) -> list[Channel]:
    """The channels of a table of upstreams.toml, such as [sgkit.alerts].

    `mail` (addresses), `webhook` (name of the environment variable with its address), `github`
    (owner/name). Raises ConfigError for another key, or for a secret that is not set.
    """
    unknown = set(table) - {"mail", "webhook", "github"}
    if unknown:
        raise ConfigError(f"upstreams.toml: [{name}] {min(unknown)}: unknown key")
    channels: list[Channel] = []
    if table.get("mail"):
        channels.append(Mail(list(table["mail"])))
    if table.get("webhook"):
        channels.append(Webhook(table["webhook"]))
    if table.get("github"):
        channels.append(GitHub(table["github"], os.environ.get("GWAS_GITHUB_API", _GITHUB)))
    return channels


def forget_secrets(tables: Iterable[Mapping[str, Any]]) -> None:
    """Take the secrets of these tables out of the environment once their channels are made.

    What is built and measured is upstream's code: it must not find them there.
    """
    webhooks = [str(table["webhook"]) for table in tables if table.get("webhook")]
    for variable in ("GWAS_SMTP_USER", "GWAS_SMTP_PASSWORD", "GWAS_GITHUB_TOKEN", *webhooks):
        os.environ.pop(variable, None)


def _secret(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise ConfigError(
            f"the environment variable {variable} is not set: an alert channel needs it",
            hint="secrets are read from the environment only, never from a file of the project",
        )
    return value


def _request(method: str, url: str, name: str, **kwargs: Any) -> requests.Response:
    try:
        answer = requests.request(method, url, timeout=_TIMEOUT, **kwargs)
    except requests.RequestException as error:
        # its text holds the address, and that is a secret
        raise UnreachableError(f"{name} does not answer: {type(error).__name__}") from None
    if not answer.ok:
        raise UnreachableError(f"{name} refused the alert: HTTP {answer.status_code}")
    return answer


def _slack(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("```", "'''")
    )


def _fenced(text: str) -> str:
    # inside a fence nothing is rendered: no mention, no link, no HTML; so none may end it
    return text.replace("```", "'''")
