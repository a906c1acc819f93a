"""GitHub issues as a channel: one issue for each slow-down, or one for many.

An issue is looked up before it is opened, so no night opens it twice, however the one before it
ended. It is found by an invisible mark, which only this tracker can compute, and by its author.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from tools.alerts import states
from tools.alerts.events import Event
from tools.alerts.evidence import Issue
from tools.alerts.store import Store
from tools.common.errors import TrackerError, UnreachableError
from tools.notify import deadline, http_request
from tools.notify.credentials import secret
from tools.notify.deadline import Deadline
from tools.notify.http_request import RefusedError, UnansweredError
from tools.notify.message import Message, shortened

_GONE = (301, 404, 410)  # transferred; deleted; deleted, or without issues
_PAGE, _PAGES = 100, 10  # issues or comments that GitHub lists at once; requests at most
_TITLE, _BODY = 256, 65_536  # characters that GitHub takes
_NO_USER = (403, 404)  # the answer to a token that belongs to an app


_Kind = TypeVar("_Kind")


class _User(BaseModel):
    login: str


class _Post(BaseModel):
    """An issue or a comment, as far as the tracker reads it."""

    number: int | None = None  # of an issue that is listed
    body: str | None = None
    user: _User | None = None  # its author


class _Opened(BaseModel):
    """An issue that was just opened."""

    number: int


class GoneError(TrackerError):
    """The issue no longer exists: the night warns once, and does not try again."""


class GitHub:
    """Issues of a repository: opened, kept up to date, closed with the reason.

    An improvement opens none: there is nothing to do about it. The issue of a summary is opened,
    and nothing more.
    """

    seconds = deadline.SECONDS  # for all requests about one message

    def __init__(self, repository: str) -> None:
        self.name = f"github:{repository}"
        self._api = os.environ.get("GWAS_GITHUB_API", "https://api.github.com")
        self._issues = f"{self._api}/repos/{repository}/issues"
        self._deadline = Deadline(0)  # of the message that is sent now
        self._headers = {
            "Authorization": f"Bearer {secret('GWAS_GITHUB_TOKEN')}",
            "Accept": "application/vnd.github+json",
        }
        self._logins: list[str | None] = []  # of the token's user, once it is asked

    def wants(self, event: Event) -> bool:
        return not event.better

    def send(self, event: Event, message: Message, store: Store) -> None:
        """Open an issue; in an existing one, comment why the event is notified again."""
        self._deadline = Deadline(self.seconds)
        issue = self._issue(event)
        if issue is None:
            # before the request: if its answer is lost, the issue is found by its mark
            self._keep(event, store, begun=True)
        self._update(store.get(event.id), message, store, again=bool(issue and issue.number))

    def summarise(self, message: Message, store: Store) -> None:
        """Open an issue on several events; a later night finds it by the key of the message."""
        self._deadline = Deadline(self.seconds)
        mark = _mark(store, message.key)
        if self._find(mark, "1970-01-01T00:00:00+00:00") is None:
            self._ask(_Opened, "POST", self._issues, json=_text(message, mark))

    def follow(self, event: Event, message: Message, store: Store) -> None:
        """Update the issue, if there is or may be one.

        Raises GoneError once, when people have deleted it or moved it away.
        """
        self._deadline = Deadline(self.seconds)
        self._update(event, message, store, again=False)

    def _update(self, event: Event, message: Message, store: Store, *, again: bool) -> None:
        issue = self._issue(event)
        if issue is None or issue.gone or issue.version == message.version:
            return
        mark = _mark(store, event.uid)
        text = _text(message, mark)
        if issue.number is None:
            number = self._find(mark, event.created, _public_mark(event))
            if number is None:
                if event.state == states.CONFIRMED:
                    number = self._ask(_Opened, "POST", self._issues, json=text).number
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
            self._comment(event, message, store, f"{address}/comments")
            # before the rest, which may fail: no second comment
            self._keep(event, store, comment=event.state, commenting=None)
        if bool(reason) != issue.closed:  # else it stays as people have left it
            text = text | (
                {"state": "closed", "state_reason": reason} if reason else {"state": "open"}
            )
        self._ask(_Post, "PATCH", address, json=text)
        comment = event.state if reason else None
        self._keep(event, store, version=message.version, closed=bool(reason), comment=comment)

    def _comment(self, event: Event, message: Message, store: Store, comments: str) -> None:
        """Comment, unless an earlier night did and could not note it."""
        mark = _mark(store, f"{event.uid} {message.version}")
        issue = self._issue(store.get(event.id))
        if issue is None or issue.commenting != message.version:
            self._keep(event, store, commenting=message.version)
        elif self._search(comments, mark, {}) is not None:
            return
        said = _fenced(f"{message.subject}\n{message.state}", mark)
        self._ask(_Post, "POST", comments, json={"body": said})

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
        self._ask(object, "GET", self._issues, params={"per_page": 1})
        try:
            self._ask(object, "GET", address)
        except RefusedError as error:
            return error.status in _GONE
        return False

    def _find(self, mark: str, since: str, public_mark: str = "") -> int | None:
        """The number of an issue that a night opened before it was killed."""
        query = {"state": "all", "since": since.replace("+00:00", "Z")}
        issue = self._search(self._issues, mark, query, public_mark)
        return None if issue is None else issue.number

    def _search(
        self, url: str, mark: str, query: Mapping[str, str], public_mark: str = ""
    ) -> _Post | None:
        """The issue or comment with a mark, of the token's own user: readers can copy a mark.

        The author is not known of a token of an app. Then the mark has to do, but not the
        `public_mark` of an earlier version of the tracker, which anybody can compute.
        """
        for page in range(1, _PAGES + 1):
            params = {**query, "per_page": _PAGE, "page": page}
            posts = self._ask(list[_Post], "GET", url, params=params)
            for post in posts:
                text, author = post.body or "", post.user and post.user.login
                if mark in text and self._login() in (None, author):
                    return post
                if public_mark and public_mark in text and self._login() == author is not None:
                    return post
            if len(posts) < _PAGE:
                break
        return None

    def _login(self) -> str | None:
        """The login of the token's user; None for a token of an app."""
        if not self._logins:
            try:
                self._logins.append(self._ask(_User, "GET", f"{self._api}/user").login)
            except RefusedError as error:
                if error.status not in _NO_USER:
                    raise
                self._logins.append(None)
        return self._logins[0]

    def _ask(self, kind: type[_Kind], method: str, url: str, **kwargs: Any) -> _Kind:
        try:
            answer = http_request.request(
                method, url, self.name, self._deadline, headers=self._headers, **kwargs
            )
            return TypeAdapter(kind).validate_json(answer.body or b"")
        except ValidationError:  # a proxy's page
            raise UnreachableError(f"{self.name} does not answer as GitHub does") from None
        except UnansweredError as error:  # the next night looks it up
            raise UnreachableError(str(error)) from None


def _mark(store: Store, name: str) -> str:
    """An invisible mark by which an issue or a comment is found."""
    digest = hmac.new(store.secret(), name.encode(), hashlib.sha256).hexdigest()
    return f"<!-- gwas-tracker {digest} -->"


def _public_mark(event: Event) -> str:
    """The mark that earlier versions of the tracker wrote."""
    return f"<!-- gwas-tracker event {event.uid.replace('-', ' ')} -->"


def _text(message: Message, mark: str) -> dict[str, str]:
    return {"title": shortened(message.subject, _TITLE), "body": _fenced(message.text, mark)}


def _fenced(text: str, mark: str) -> str:
    """A text as GitHub shows it without any rendering, with an invisible mark below."""
    # inside a fence there is no mention, no link, no HTML; so nothing may end it
    frame = f"```text\n{{}}\n```\n{mark}"
    return frame.format(shortened(text.replace("```", "'''"), _BODY - len(frame)))
