"""Requests of the channels: what fails is said without the address, which may be a secret."""

from __future__ import annotations

from typing import Any

import requests

from tools.common.errors import UnreachableError

_TIMEOUT = 30


def request(method: str, url: str, name: str, **kwargs: Any) -> requests.Response:
    """The answer to a request of the channel `name`; UnreachableError where it did not succeed."""
    try:
        answer = requests.request(method, url, timeout=_TIMEOUT, **kwargs)
    except requests.RequestException as error:
        # its text holds the address
        raise UnreachableError(f"{name} does not answer: {type(error).__name__}") from None
    if not answer.ok:
        raise UnreachableError(f"{name} refused the alert: HTTP {answer.status_code}")
    return answer
