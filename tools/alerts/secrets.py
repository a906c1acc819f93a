"""Secrets of the channels: read from the environment only, and in no message, log or error."""

from __future__ import annotations

import os
from collections.abc import Iterable

from tools.common.errors import ConfigError


def secret(variable: str) -> str:
    """The value of an environment variable; ConfigError where it is not set."""
    value = os.environ.get(variable)
    if not value:
        raise ConfigError(
            f"the environment variable {variable} is not set: an alert channel needs it",
            hint="secrets are read from the environment only, never from a file of the project",
        )
    return value


def forget(variables: Iterable[str]) -> None:
    """Take secrets out of the environment once they are read.

    What is built and measured is upstream's code: it must not find them there.
    """
    for variable in variables:
        os.environ.pop(variable, None)
