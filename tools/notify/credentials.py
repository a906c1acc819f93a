"""Secrets of the channels, from the environment only; no message, log or error has them."""

import ctypes
import os
from collections.abc import Iterable

from tools.common.errors import ConfigError

_PR_SET_DUMPABLE = 4
_libc = ctypes.CDLL(None)
_libc.getenv.restype = ctypes.c_void_p


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
    """Remove secrets from the environment of this process.

    A night builds and runs upstream's code, which must not find them. /proc/PID/environ shows the
    memory that a process was started with, so that is overwritten. PR_SET_DUMPABLE keeps other
    processes of this user from reading the rest.
    """
    for variable in variables:
        address = _libc.getenv(os.fsencode(variable))
        if address is not None:
            ctypes.memset(address, 0, len(ctypes.string_at(address)))
        os.environ.pop(variable, None)
    _libc.prctl(_PR_SET_DUMPABLE, 0)
