"""Errors that end a command with one message and a documented exit code."""

import errno
import os
import shutil
import sys
from pathlib import Path
from types import TracebackType

from tools.common import foreign_text

EXIT_CODES = {
    0: "done",
    1: "an unexpected failure: a bug of the tracker, or a failed benchmark",
    2: "wrong usage: an unknown command, option, tag, data set or commit",
    3: "configuration: a file or an environment variable is not valid",
    4: "missing: an interpreter, Java, PLINK, npm or browser that the request needs",
    5: "unreachable: no network, or an upstream or package index does not answer",
    6: "build failed: a commit's wheel, an environment or a data set",
    7: "busy: another process of this checkout holds the lock",
    8: "the disk is full",
    9: "damaged: a result, lock or data file that cannot be read",
    10: "nightly and digest with --exit-code: a regression",
    11: "nightly and digest with --exit-code: only improvements and fixes",
    12: "nightly and digest with --exit-code: only changes of the machine",
    13: "no permission: this user cannot write a file or folder",
    14: "incomplete: the night could not update, measure, publish or send all (see its digest)",
    130: "interrupted",
}


_NEARLY_FULL = 256 * 1024  # bytes: with less, a program that failed met a full disk


class TrackerError(Exception):
    """A failure that the user can act on: what happened, a hint what to do, and an exit code.

    The text may quote what upstream or a server wrote: see foreign_text.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(foreign_text.clean(message + (f"\n  {hint}" if hint else "")))


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
    """The TrackerError for a full disk or a missing permission; None for another OSError."""
    name = error.filename or "while writing"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(name)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DeniedError(
            f"{name}: {str(error.strerror).lower()}",
            hint="make it writable for this user; GWAS_CACHE=FOLDER moves the cache",
        )
    return None


def disk_full(where: str) -> DiskFullError:
    """The error of a full disk."""
    return DiskFullError(
        f"the disk is full ({where})",
        hint="free space and run the same command again: finished work is kept",
    )


def is_disk_full(output: str, *folders: Path) -> bool:
    """Whether a program failed because of a full disk: by its output, or the space left."""
    return os.strerror(errno.ENOSPC) in output or any(
        shutil.disk_usage(folder).free < _NEARLY_FULL for folder in folders if folder.exists()
    )


def explanation(error: BaseException) -> TrackerError | None:
    """The error as one that the user can act on; None for a bug of the tracker."""
    match error:
        case TrackerError():
            return error
        case KeyboardInterrupt():
            return Interrupted()
        case ModuleNotFoundError():
            return MissingError(
                f"the package {error.name} is not installed",
                hint="run `make setup`: the requirements may have changed",
            )
        case OSError():
            return from_os_error(error)
    return None


def explain_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """sys.excepthook under asv: one message for what the user can fix, else the traceback."""
    explained = explanation(error)
    if isinstance(error, FileNotFoundError) and str(error.filename).endswith("html"):
        explained = UsageError(f"there is no site in {error.filename}", hint="run `asv publish`")
    elif isinstance(error, OSError):  # such as a port that is in use, or a html/ that is a link
        explained = explained or TrackerError(str(error))
    if explained is None:
        sys.__excepthook__(kind, error, trace)
    else:
        print(f"error: {explained}", file=sys.stderr)
        sys.exit(explained.exit_code)
