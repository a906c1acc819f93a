"""Download a large file over HTTP: resumable, checked by size and md5, complete or absent."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import requests

from tools.common.errors import DamagedError, UnreachableError

_CHUNK = 1 << 20
_ATTEMPTS = 5
_PAUSE = 2.0  # seconds before another attempt, times the number of attempts so far


def fetch(
    url: str,
    target: Path,
    size: int,
    md5: str,
    advance: Callable[[int], None],
    pause: float = _PAUSE,
    elsewhere: str = "",
) -> None:
    """Fetch `url` to `target` unless it exists; `advance` is called with numbers of bytes.

    When the connection fails, `target`.part keeps the bytes so far, and the next call resumes
    (HTTP Range). Raises UnreachableError, whose hint includes `elsewhere` (another way to get the
    file), or DamagedError when the file is not the expected one.
    """
    if target.exists():
        advance(target.stat().st_size)
        return
    part = target.with_name(f"{target.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    done = part.stat().st_size if part.exists() else 0
    if done > size:
        part.unlink()
        done = 0
    advance(done)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            done = _continue(url, part, done, size, advance)
        except requests.HTTPError as error:
            raise UnreachableError(
                f"the server has no such file: {error}",
                hint=f"the file may have moved{elsewhere and f': {elsewhere}'}",
            ) from None
        except requests.RequestException as error:
            failure = type(error).__name__
        else:
            failure = "the connection ended early"
        if done >= size:
            break
        done = part.stat().st_size if part.exists() else 0
        if attempt == _ATTEMPTS:
            raise UnreachableError(
                f"{url} cannot be fetched ({failure}); {done / 1e6:.1f} of {size / 1e6:.1f} MB "
                "are here and kept",
                hint="check the network and run the same command again: it resumes"
                f"{elsewhere and f'; or {elsewhere}'}",
            )
        time.sleep(pause * attempt)
    require(part, size, md5, remove=True)
    part.replace(target)


def require(path: Path, size: int, md5: str, remove: bool = False) -> None:
    """DamagedError unless a file has this size and md5; with `remove`, a wrong one is removed."""
    actual = path.stat().st_size
    why = f"{actual:,} bytes, not {size:,}" if actual != size else ""
    if not why:
        digest = hashlib.md5(usedforsecurity=False)
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != md5:
            why = f"md5 {digest.hexdigest()}, not {md5}"
    if why:
        if remove:
            path.unlink()
        raise DamagedError(
            f"{path.name} is not the file that the catalogue names: {why}",
            hint="run the command again; if the error stays, this source has another file",
        )


def _continue(url: str, part: Path, done: int, size: int, advance: Callable[[int], None]) -> int:
    """Append the missing bytes; the number of bytes afterwards."""
    if done >= size:
        return done
    headers = {"Range": f"bytes={done}-"} if done else {}
    with requests.get(url, headers=headers, stream=True, timeout=60) as response:
        response.raise_for_status()
        if done and response.status_code != requests.codes.partial_content:
            advance(-done)  # a server without Range sends the file from its start
            done = 0
        with part.open("ab" if done else "wb") as stream:
            for chunk in response.iter_content(_CHUNK):
                stream.write(chunk)
                done += len(chunk)
                advance(len(chunk))
    return done
