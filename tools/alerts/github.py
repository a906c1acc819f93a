"""GitHub issues as a channel: one issue a slow-down."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from tools.alerts import events, web
from tools.alerts.events import Event
from tools.alerts.message import Message
from tools.alerts.secrets import secret
from tools.alerts.store import Store
from tools.common.errors import UnreachableError


class GitHub:
    """Issues of a repository: created, updated with what is found, closed when it is fixed.

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

    def _ask(self, method: str, url: str, json: Mapping[str, Any]) -> Any:
        answer = web.request(method, url, self.name, json=json, headers=self._headers)
        try:
            return answer.json()
        except ValueError:  # a proxy's page
            raise UnreachableError(f"{self.name} does not answer as GitHub does") from None


def _fenced(text: str) -> str:
    # inside a fence nothing is rendered: no mention, no link, no HTML; so none may end it
    return text.replace("```", "'''")
