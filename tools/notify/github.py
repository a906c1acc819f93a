"""GitHub issues as a channel: one issue for each slow-down."""

import os
from dataclasses import replace
from typing import Any

from tools.alerts import states
from tools.alerts.events import Event
from tools.alerts.evidence import Issue
from tools.alerts.store import Store
from tools.common.errors import TrackerError, UnreachableError
from tools.notify import http_request
from tools.notify.credentials import secret
from tools.notify.http_request import RefusedError
from tools.notify.message import Message

_GONE = (301, 404, 410)  # transferred; deleted; deleted, or without issues
_PAGE, _PAGES = 100, 10  # issues that GitHub lists at once; requests at most


class GoneError(TrackerError):
    """The issue no longer exists: the night warns once, and does not try again."""


class GitHub:
    """Issues of a repository: opened, kept up to date, closed with the reason.

    An improvement opens none: there is nothing to do about it.
    """

    def __init__(self, repository: str) -> None:
        self.name = f"github:{repository}"
        api = os.environ.get("GWAS_GITHUB_API", "https://api.github.com")
        self._issues = f"{api}/repos/{repository}/issues"
        self._headers = {
            "Authorization": f"Bearer {secret('GWAS_GITHUB_TOKEN')}",
            "Accept": "application/vnd.github+json",
        }

    def send(self, event: Event, message: Message, store: Store) -> None:
        """Open an issue; in an existing one, comment why the event is notified again."""
        if event.better:
            return
        issue = self._issue(event)
        if issue is None:
            # before the request: if its answer is lost, the issue is found by its mark
            self._keep(event, store, begun=True)
        self._update(store.get(event.id), message, store, again=bool(issue and issue.number))

    def follow(self, event: Event, message: Message, store: Store) -> None:
        """Update the issue, if there is or may be one.

        Raises GoneError once, when people have deleted it or moved it away.
        """
        self._update(event, message, store, again=False)

    def _update(self, event: Event, message: Message, store: Store, *, again: bool) -> None:
        issue = self._issue(event)
        if issue is None or issue.gone or issue.version == message.version:
            return
        mark = _mark(event)
        text = {"title": message.subject, "body": f"{_fenced(message.text)}\n{mark}"}
        if issue.number is None:
            number = self._find(mark, event.created)
            if number is None:
                if event.state == states.CONFIRMED:
                    number = self._ask("POST", self._issues, json=text)["number"]
                    self._keep(event, store, number=number, version=message.version)
                else:  # it was never opened, and need not be now
                    self._keep(event, store, version=message.version)
                return
            issue = self._keep(event, store, number=number)
        address = f"{self._issues}/{issue.number}"
        try:
            self._rewrite(event, message, store, address, text, again=again)
        except RefusedError as error:
            if error.status not in _GONE or not self._is_gone(address):
                raise
            self._keep(event, store, gone=True)
            raise GoneError(
                f"{self.name}: issue {issue.number} was deleted or moved away; nothing updates it"
            ) from None

    def _rewrite(
        self, event: Event, message: Message, store: Store, address: str, text: dict[str, str],
        *, again: bool,
    ) -> None:  # fmt: skip
        """Rewrite an issue; a comment says why it is closed, or notified again.

        GitHub sends comments to people, and not the new text.
        """
        issue = self._issue(store.get(event.id)) or Issue()
        reason = states.STATES[event.state].closes_issue
        if (reason or again) and issue.comment != event.state:
            said = _fenced(f"{message.subject}\n{message.state}")
            self._ask("POST", f"{address}/comments", json={"body": said})
            # before the rest, which may fail: no second comment
            self._keep(event, store, comment=event.state)
        if bool(reason) != issue.closed:  # else it stays as people have left it
            text = text | (
                {"state": "closed", "state_reason": reason} if reason else {"state": "open"}
            )
        self._ask("PATCH", address, json=text)
        comment = event.state if reason else None
        self._keep(event, store, version=message.version, closed=bool(reason), comment=comment)

    def _issue(self, event: Event) -> Issue | None:
        return event.evidence.issues.get(self.name)

    def _keep(self, event: Event, store: Store, **more: Any) -> Issue:
        now = store.get(event.id)
        issue = replace(self._issue(now) or Issue(), **more)
        store.add_evidence(event.id, issues={**now.evidence.issues, self.name: issue})
        return issue

    def _is_gone(self, address: str) -> bool:
        """Whether an issue cannot be read though its repository's others can.

        GitHub refuses a token without rights in the same words.
        """
        self._ask("GET", self._issues, params={"per_page": 1})
        try:
            self._ask("GET", address)
        except RefusedError as error:
            return error.status in _GONE
        return False

    def _find(self, mark: str, since: str) -> int | None:
        """The number of an issue that a night opened before it was killed."""
        query = {"state": "all", "since": since.replace("+00:00", "Z"), "per_page": _PAGE}
        for page in range(1, _PAGES + 1):
            page_of_issues = self._ask("GET", self._issues, params={**query, "page": page})
            for listed in page_of_issues:
                if mark in (listed["body"] or ""):
                    return int(listed["number"])
            if len(page_of_issues) < _PAGE:
                break
        return None

    def _ask(self, method: str, url: str, **kwargs: Any) -> Any:
        answer = http_request.request(method, url, self.name, headers=self._headers, **kwargs)
        try:
            return answer.json()
        except ValueError:  # a proxy's page
            raise UnreachableError(f"{self.name} does not answer as GitHub does") from None


def _mark(event: Event) -> str:
    """An invisible mark by which an event's issue is found."""
    return f"<!-- gwas-tracker event {event.uid.replace('-', ' ')} -->"


def _fenced(text: str) -> str:
    # inside a fence nothing is rendered: no mention, no link, no HTML; so none may end it
    return "```text\n{}\n```".format(text.replace("```", "'''"))
