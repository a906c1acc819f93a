"""HTTP requests of the channels; no error has the address, which may be a secret."""

from typing import Any

import requests

from tools.common.errors import UnreachableError

TIMEOUT = 30  # seconds


class RefusedError(UnreachableError):
    """The server refused the request."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def request(method: str, url: str, name: str, **kwargs: Any) -> requests.Response:
    """The answer to a request of the channel `name`.

    Raises UnreachableError without an answer, RefusedError for any status from 300 on. It does
    not follow redirects: a login page would answer with success.
    """
    try:
        answer = requests.request(method, url, timeout=TIMEOUT, allow_redirects=False, **kwargs)
    except requests.RequestException as error:
        # its text holds the address
        raise UnreachableError(f"{name} does not answer: {type(error).__name__}") from None
    status = answer.status_code
    if status >= 400:
        raise RefusedError(f"{name} refused the alert: HTTP {status}", status)
    if status >= 300:
        raise RefusedError(
            f"{name} did not take the alert, it leads elsewhere (HTTP {status}): "
            "has its address changed, or does it ask for a login?",
            status,
        )
    return answer
