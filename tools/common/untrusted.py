"""Read what strangers' code wrote: files that may be links, pipes or too large; any text."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import BinaryIO

_EDGE = 64 * 1024  # bytes of a long output that are kept of its beginning, and of its end
_CHUNK = 1 << 20
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ESCAPE = re.compile("\x1b(\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(\x07|\x1b\\\\)?|.)")


def read_bytes(path: Path, limit: int) -> bytes:
    """The content of a regular file; OSError for a link, a pipe, a folder or more than `limit`.

    Only the last part of `path` may be a stranger's: the folder must be the tracker's own.
    """
    with _opened(path, limit) as stream:
        content: bytes = stream.read(limit + 1)
    _require(path, len(content), limit)
    return content


def copy(source: Path, target: Path, limit: int) -> None:
    """Copy a file that `read_bytes` would read, without holding it in memory; OSError."""
    with _opened(source, limit) as stream, target.open("wb") as written:
        while chunk := stream.read(_CHUNK):
            written.write(chunk)
            _require(source, written.tell(), limit)


def _opened(path: Path, limit: int) -> BinaryIO:
    # without waiting for the other end of a pipe
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        os.close(descriptor)
        raise OSError(f"{path.name} is no regular file")
    stream = os.fdopen(descriptor, "rb")
    try:
        _require(path, state.st_size, limit)
    except OSError:
        stream.close()
        raise
    return stream


def _require(path: Path, size: int, limit: int) -> None:
    if size > limit:
        raise OSError(f"{path.name} has more than {limit} bytes")


def read_output(path: Path) -> str:
    """The printable text of a log; of a long one, only its first and last 64 kB."""
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        first = stream.read(_EDGE)
        stream.seek(max(_EDGE, size - _EDGE))
        last = stream.read(_EDGE)
    left_out = size - len(first) - len(last)
    return shortened(first.decode(errors="replace"), last.decode(errors="replace"), left_out)


def shortened(first: str, last: str, left_out: int) -> str:
    """The printable text of an output between whose edges some bytes were left out."""
    gap = f"\n[{left_out} bytes of output left out]\n" if left_out > 0 else ""
    return printable(first + gap + last)


def printable(text: str) -> str:
    """The text without characters that change how a terminal shows it, except line ends, tabs."""
    return _CONTROL.sub("", _ESCAPE.sub("", text.replace("\r\n", "\n")).replace("\r", "\n"))


def remove(path: Path) -> None:
    """Remove a file or folder, if it exists, whatever strangers' code made of it."""
    try:
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
        else:
            shutil.rmtree(path)
    except (OSError, RecursionError):  # folders without permissions, or thousands deep
        subprocess.run(["chmod", "-R", "u+rwx", "--", path], stderr=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", "--", path], stderr=subprocess.DEVNULL)
