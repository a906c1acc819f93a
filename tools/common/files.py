"""Write files atomically (the standard library has no such function), and hold locks."""

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock

from tools.common.errors import BusyError


def write_text(path: Path, text: str, *, durable: bool = False) -> None:
    """`write_bytes` for a text, in UTF-8."""
    write_bytes(path, text.encode(), durable=durable)


def write_bytes(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write a temporary file and rename it, so that no reader sees half a file.

    After an error (a full disk) or a kill, `path` has its old content. A `durable` file also
    outlives a power cut after the return; that costs milliseconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _naming(path):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                if durable:
                    stream.flush()
                    os.fsync(handle)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        if durable:
            _sync(path.parent)  # the rename


def append_line(path: Path, line: str) -> None:
    """Append a line that is on the disk at return; after an error no part of it is in the file.

    A line that a kill cut short is ended first, so that it costs only itself.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    content = line.encode() + b"\n"
    with _naming(path), path.open("a+b", buffering=0) as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)  # released when the file is closed
        size = stream.seek(0, os.SEEK_END)
        if size:
            stream.seek(size - 1)
            if stream.read(1) != b"\n":
                content = b"\n" + content
        left = memoryview(content)
        try:
            while left:  # a disk that fills up takes the first part of a line
                left = left[stream.write(left) :]
            os.fsync(stream)
        except BaseException:
            stream.truncate(size)
            raise


def remove_unfinished(folder: Path) -> None:
    """Remove what killed calls of `write_bytes` left in a folder; only for its only writer."""
    for left in folder.glob(".*.????????"):
        left.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Put `path` into an OSError, so that its message names the file and not a temporary one."""
    try:
        yield
    except OSError as error:
        error.filename = str(path)
        raise


def write_json(path: Path, value: Any) -> None:
    """`write_text` for `value` as indented JSON."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True) + "\n")


def sha256(path: Path) -> str:
    """The sha256 of a file's content, which may be larger than memory."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def json_lines(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a text, one on each line; skips lines that a killed run cut short."""
    for line in text.split("\n"):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
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
