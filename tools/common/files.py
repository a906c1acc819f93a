"""Write files atomically (the standard library has no such function), and hold locks."""

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
    """`write_bytes` for a text, in UTF-8."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a temporary file and rename it, so that no reader sees half a file."""
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
    """`write_text` for `value` as indented JSON."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True) + "\n")


def json_lines(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a text, one on each line; skips lines that a killed run cut short."""
    for line in text.split("\n"):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


@contextmanager
def lock(path: Path, what: str, timeout: float = 0) -> Iterator[None]:
    """Hold an exclusive lock on `path`; BusyError when it is not free within `timeout` seconds.

    The operating system releases the lock of a process that is killed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    held = filelock.FileLock(path)
    try:
        held.acquire(timeout=timeout)
    except filelock.Timeout:
        raise BusyError(
            f"{what} is in use by another process ({path})",
            hint="wait for that process, or stop it, and run the command again",
        ) from None
    try:
        yield
    finally:
        held.release()
