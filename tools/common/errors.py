"""Errors that end a command with one clear message and a documented exit code."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
from pathlib import Path
from types import TracebackType

EXIT_CODES = {
    0: "done",
    1: "an unexpected failure: a bug of the tracker's, or a benchmark that failed",
    2: "wrong usage: an unknown command, option, tag, data set or commit",
    3: "configuration: asv.conf.json or upstreams.toml is not valid",
    4: "missing: an interpreter, Java, PLINK, npm or browser that the request needs",
    5: "unreachable: no network, an upstream or package index that does not answer",
    6: "failed to build: a commit's wheel, an environment or a data set",
    7: "busy: another process of this checkout holds the lock",
    8: "no room: the disk is full",
    9: "damaged: a result, lock or data file that cannot be read",
    10: "nightly and digest: something got slower",
    11: "nightly and digest: only improvements and fixes",
    12: "nightly and digest: only the machine stepped",
    13: "not allowed: a file or folder that this user cannot write",
    14: "incomplete: a night that could not update, measure, publish or send all (its digest)",
    130: "interrupted",
}


AGAIN = "check the network and run the command again: what was measured is kept"
_SCANT = 256 * 1024  # bytes: with less than this, a program that failed had no room


class TrackerError(Exception):
    """A failure that the user can act on: one message (what, and what to do) and an exit code."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message + (f"\n  {hint}" if hint else ""))


class UsageError(TrackerError):
    exit_code = 2


class ConfigError(TrackerError):
    exit_code = 3


class MissingError(TrackerError):
    exit_code = 4


class UnreachableError(TrackerError):
    exit_code = 5


class BuildError(TrackerError):
    exit_code = 6


class BusyError(TrackerError):
    exit_code = 7


class DiskFullError(TrackerError):
    exit_code = 8


class DamagedError(TrackerError):
    exit_code = 9


class DeniedError(TrackerError):
    exit_code = 13


class Interrupted(TrackerError):
    exit_code = 130

    def __init__(self) -> None:
        super().__init__("interrupted", hint="run the same command again to go on")


def from_os_error(error: OSError) -> TrackerError | None:
    """The TrackerError that an OSError stands for, or None where it is not one we know."""
    place = error.filename or "while writing"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(place)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DeniedError(
            f"{place}: {str(error.strerror).lower()}",
            hint="make it writable for this user; GWAS_CACHE=FOLDER keeps the cache elsewhere",
        )
    return None


def disk_full(where: str) -> DiskFullError:
    """The error of a full disk."""
    return DiskFullError(
        f"the disk is full ({where})",
        hint="free some room and run the same command again: what was finished is kept",
    )


def is_disk_full(output: str, *folders: Path) -> bool:
    """Whether a program that failed met a full disk: by what it said, or by what is free now."""
    return os.strerror(errno.ENOSPC) in output or any(
        shutil.disk_usage(folder).free < _SCANT for folder in folders if folder.exists()
    )


def is_unreachable(output: str) -> bool:
    """Whether a program that failed says that it met no network, or no answer from it."""
    return bool(re.search(r"dns error|connect|timed out|error sending request", output, re.I))


def not_installed(error: ModuleNotFoundError) -> MissingError:
    """The error of a package that this checkout's environment lacks."""
    return MissingError(
        f"the package {error.name} is not installed",
        hint="run `make setup`: what is needed may have changed since",
    )


def explain_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """sys.excepthook for asv's own code: one message for what the user can mend."""
    known: TrackerError | None = None
    if isinstance(error, TrackerError):
        known = error
    elif isinstance(error, KeyboardInterrupt):
        known = Interrupted()
    elif isinstance(error, FileNotFoundError) and str(error.filename).endswith("html"):
        known = UsageError(f"there is no site in {error.filename}", hint="`asv publish` makes it")
    elif isinstance(error, ModuleNotFoundError):
        known = not_installed(error)
    elif isinstance(error, OSError):  # such as a port that is in use, or a html/ that is a link
        known = from_os_error(error) or TrackerError(str(error))
    if known is None:
        sys.__excepthook__(kind, error, trace)
    else:
        print(f"error: {known}", file=sys.stderr)
        sys.exit(known.exit_code)
