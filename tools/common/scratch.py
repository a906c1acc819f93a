"""Scratch folders of this checkout: removed when their work ends, after a kill by the next run.

A process locks each of its folders, and the operating system releases the locks of a process that
ends. So a folder without a lock belongs to nobody.
"""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.common import paths, untrusted

_held: dict[Path, int] = {}  # the open folders of this process


def make(name: str) -> Path:
    """An empty folder, this process's own until `remove` or its end."""
    path = paths.scratch(name)
    remove(path)
    while path not in _held:
        path.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if path.exists():
            _held[path] = handle
        else:  # another process has just swept it away
            os.close(handle)
    return path


def remove(path: Path) -> None:
    """Remove a folder, whatever is in it."""
    untrusted.remove(path)
    if path in _held:
        os.close(_held.pop(path))


@contextmanager
def temporary() -> Iterator[Path]:
    """An empty folder that is removed at the end."""
    path = make(uuid.uuid4().hex)
    try:
        yield path
    finally:
        remove(path)


def sweep() -> None:
    """Remove the folders that killed processes of this checkout left."""
    for path in paths.scratch().glob("*"):
        with suppress(OSError):  # another process uses it, or has removed it
            handle = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                untrusted.remove(path)
            finally:
                os.close(handle)
