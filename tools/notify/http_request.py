"""HTTP requests of the channels; no error has the address, which may be a secret."""

import datetime
import email.utils
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import ProtocolError

from tools.common.errors import UnreachableError
from tools.notify.deadline import Deadline

_CONNECT = 10.0  # seconds to connect
_LARGEST = 32 * 1024 * 1024  # bytes of an answer
_LONGEST_REST = datetime.timedelta(days=7)  # that a server may ask for
_BUSY = (403, 429, 503)  # GitHub limits some requests with 403


class UnansweredError(UnreachableError):
    """A message was sent, and no answer came: it may have arrived."""


class RefusedError(UnreachableError):
    """The server refused the request; `until`: it wants to be left alone until then."""

    def __init__(self, message: str, status: int, until: datetime.datetime | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.until = until


@dataclass(frozen=True)
class Answer:
    """An answer of a server; `body` is None if it was cut off."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None = None

    def json(self) -> Any:
        """The JSON of the body; ValueError if it is none."""
        if self.body is None:
            raise ValueError("the answer was cut off")
        return json.loads(self.body)


def request(method: str, url: str, name: str, deadline: Deadline, **kwargs: Any) -> Answer:
    """The answer to a request of the channel `name`.

    Raises RefusedError for any status from 300 on. It does not follow redirects: a login page
    would answer with success. Raises UnansweredError if the request may have arrived, and
    UnreachableError if it has not. A server that is busy is asked once more if the pause that it
    wants fits into the deadline.
    """
    answer = _exchange(method, url, name, deadline, **kwargs)
    pause = _pause(answer)
    if pause is not None and pause.total_seconds() < deadline.left:
        time.sleep(max(1.0, pause.total_seconds()))
        answer = _exchange(method, url, name, deadline, **kwargs)
        pause = _pause(answer)
    if answer.status >= 400:
        until = None if pause is None else datetime.datetime.now(datetime.timezone.utc) + pause
        raise RefusedError(
            f"{name} refused the message: HTTP {answer.status}", answer.status, until
        )
    if answer.status >= 300:
        raise RefusedError(
            f"{name} did not take the message, it leads elsewhere (HTTP {answer.status}): "
            "has its address changed, or does it ask for a login?",
            answer.status,
        )
    return answer


def _exchange(method: str, url: str, name: str, deadline: Deadline, **kwargs: Any) -> Answer:
    heads: list[Answer] = []  # known before the body
    left = deadline.left
    if not left:
        raise UnreachableError(f"{name}: the time for one send is over")

    def ask() -> Answer:
        with requests.request(
            method, url, timeout=(min(_CONNECT, left), left), stream=True, allow_redirects=False,
            **kwargs,
        ) as response:  # fmt: skip
            head = Answer(response.status_code, response.headers)
            heads.append(head)
            body = bytearray()
            for chunk in response.iter_content(65536):
                body += chunk
                if len(body) > _LARGEST or not deadline.left:
                    return head
            return Answer(head.status, head.headers, bytes(body))

    try:
        return deadline.run(ask)
    except (requests.RequestException, TimeoutError) as error:
        if heads:  # the server has decided
            return heads[0]
        # its text holds the address
        message = f"{name} does not answer: {type(error).__name__}"
        sent = method != "GET" and _may_have_arrived(error)
        kind = UnansweredError if sent else UnreachableError
        raise kind(message) from None


def _may_have_arrived(error: Exception) -> bool:
    """Whether a request may have arrived, although it has no answer."""
    cause = error.args[0] if error.args else None
    return isinstance(error, (TimeoutError, requests.ReadTimeout)) or (
        # urllib3 has another error where there was no connection
        isinstance(error, requests.ConnectionError) and isinstance(cause, (ProtocolError, OSError))
    )


def _pause(answer: Answer) -> datetime.timedelta | None:
    """How long a busy server wants to be left alone; None if it does not say."""
    if answer.status not in _BUSY:
        return None
    now = datetime.datetime.now(datetime.timezone.utc)
    text = answer.headers.get("Retry-After", "")
    try:
        if text:
            seconds = (
                float(text) if text.isascii() and text.isdecimal()
                else (email.utils.parsedate_to_datetime(text) - now).total_seconds()
            )  # fmt: skip
        elif answer.headers.get("X-RateLimit-Remaining") == "0":  # GitHub's
            seconds = float(answer.headers.get("X-RateLimit-Reset", "")) - now.timestamp()
        else:
            return None
        return datetime.timedelta(seconds=min(max(0.0, seconds), _LONGEST_REST.total_seconds()))
    except (ValueError, TypeError, OverflowError):  # a date without a time zone is not UTC
        return None
