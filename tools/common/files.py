"""Files that appear whole or not at all, and locks that say who holds them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock

from tools.common.errors import BusyError


def write_text(path: Path, text: str) -> None:
    """`write_bytes` of a text in UTF-8."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write aside and rename into place, so that no reader sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def write_json(path: Path, value: Any) -> None:
    """`write_text` of `value` as indented JSON."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True) + "\n")


def json_lines(text: str) -> Iterator[dict[str, Any]]:
    """The objects of a text with one a line; a line that a killed run cut short says nothing."""
    for line in text.split("\n"):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


@contextmanager
def lock(path: Path, what: str, timeout: float = 0) -> Iterator[None]:
    """Hold an exclusive lock on `path`; BusyError when another process holds it for `timeout` s.

    The lock is the operating system's, so a killed process leaves none behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    held = filelock.FileLock(path)
    try:
        held.acquire(timeout=timeout)
    except filelock.Timeout:
        raise BusyError(
            f"{what} is in use by another process ({path})",
            hint="wait until it ends, or stop it, and run the command again",
        ) from None
    try:
        yield
    finally:
        held.release()
