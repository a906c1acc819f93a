"""GitHub issues as a channel: one issue a slow-down."""

from __future__ import annotations

import os
from typing import Any

from tools.alerts import events, web
from tools.alerts.credentials import secret
from tools.alerts.events import Event
from tools.alerts.message import Message
from tools.alerts.store import Store
from tools.common.errors import UnreachableError

# the states in which there is nothing left to do, and what GitHub calls that
_CLOSED = {
    events.RESOLVED: "completed",
    events.EXPECTED: "not_planned",
    events.REFUTED: "not_planned",
    events.MERGED: "not_planned",
}
_PAGE, _PAGES = 100, 10  # as many issues as GitHub lists at once; and so often


class GitHub:
    """Issues of a repository: opened, kept up to date, closed with the reason.

    An improvement opens none, as there would be nothing to do about it.
    """

    follows = True

    def __init__(self, repository: str) -> None:
        self.name = f"github:{repository}"
        api = os.environ.get("GWAS_GITHUB_API", "https://api.github.com")
        self._issues = f"{api}/repos/{repository}/issues"
        self._headers = {
            "Authorization": f"Bearer {secret('GWAS_GITHUB_TOKEN')}",
            "Accept": "application/vnd.github+json",
        }

    def send(self, event: Event, message: Message, store: Store) -> None:
        issues = event.facts.get("github", {})
        known = dict(issues.get(self.name, {}))  # number, version, comment, closed

        def keep(**more: Any) -> None:
            known.update(more)
            store.learn(event.id, github={**issues, self.name: known})

        if known.get("version") == message.version:
            return
        mark = _mark(event)
        text = {"title": message.subject, "body": f"{_fenced(message.text)}\n{mark}"}
        if "number" not in known:
            if event.better:
                return
            number = self._find(mark, event.created)
            if number is None:
                made = self._ask("POST", self._issues, json=text)
                keep(number=made["number"], version=message.version)
                return
            keep(number=number)
        address = f"{self._issues}/{known['number']}"
        reason = _CLOSED.get(event.state)
        if reason and known.get("comment") != event.state:
            said = _fenced(f"{message.subject}\n{message.state}")
            self._ask("POST", f"{address}/comments", json={"body": said})
            keep(comment=event.state)  # at once: should the rest fail, it is not said twice
        if bool(reason) != known.get("closed", False):  # else it is as people have left it
            text |= {"state": "closed", "state_reason": reason} if reason else {"state": "open"}
        self._ask("PATCH", address, json=text)
        comment = event.state if reason else None
        keep(version=message.version, closed=bool(reason), comment=comment)

    def _find(self, mark: str, since: str) -> int | None:
        """The number of the issue that a night has opened and did not live to remember."""
        query = {"state": "all", "since": since.replace("+00:00", "Z"), "per_page": _PAGE}
        for page in range(1, _PAGES + 1):
            found = self._ask("GET", self._issues, params={**query, "page": page})
            for issue in found:
                if mark in (issue["body"] or ""):
                    return int(issue["number"])
            if len(found) < _PAGE:
                break
        return None

    def _ask(self, method: str, url: str, **kwargs: Any) -> Any:
        answer = web.request(method, url, self.name, headers=self._headers, **kwargs)
        try:
            return answer.json()
        except ValueError:  # a proxy's page
            raise UnreachableError(f"{self.name} does not answer as GitHub does") from None


def _mark(event: Event) -> str:
    """What an event's issue is known by, unseen."""
    return f"<!-- gwas-tracker event {event.key.replace('-', ' ')} -->"


def _fenced(text: str) -> str:
    # inside a fence nothing is rendered: no mention, no link, no HTML; so none may end it
    return "```text\n{}\n```".format(text.replace("```", "'''"))
