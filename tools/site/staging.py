"""A new site is made beside the live one, which changes only when the new one is complete.

A file can have a key: a hash of the data that it is made from. While the live site has the file
with this key, the file is neither made nor written again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.common import files, paths

_KEYS = ".keys.json"  # in the site: the key of each file that has one
_VERSION = "1"  # of the code that makes files with keys
_LAST = ("index.json", "index.html")  # they refer to all other files
_WAIT = 600  # seconds, for another process that publishes the same site


class Staging:
    """The files of a site that is made in `folder`."""

    def __init__(self, live: Path, folder: Path) -> None:
        self.folder = folder
        self._live = live
        self._keys: dict[str, str] = {}
        self._old: dict[str, str] = {}
        with suppress(OSError, ValueError):  # without keys, all files are made
            self._old = dict(json.loads((live / _KEYS).read_text(encoding="utf-8")))

    def write(self, name: str, key: str, text: Callable[[], str]) -> None:
        """Write `text()`, unless the live site has the file `name` with this key."""
        key = self._keys[name] = f"{_VERSION}-{key}"
        if self._old.get(name) != key or not (self._live / name).is_file():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text(), encoding="utf-8")

    def publish(self) -> None:
        """Move the new files into the live site, and remove files that are not part of it."""
        files.write_text(self.folder / _KEYS, json.dumps(self._keys))
        names = sorted(_files(self.folder), key=lambda name: (name in _LAST, name))
        for name in names:
            new, live = self.folder / name, self._live / name
            if live.is_dir():
                shutil.rmtree(live)
            if not live.is_file() or live.read_bytes() != new.read_bytes():
                live.parent.mkdir(parents=True, exist_ok=True)
                os.replace(new, live)
        for name in set(_files(self._live, but=self.folder)) - set(names) - self._keys.keys():
            (self._live / name).unlink()


@contextmanager
def staging(live: Path) -> Iterator[Staging]:
    """A new site to fill. At the end it replaces the live one, but not after an error.

    BusyError when another process publishes the same site for too long.
    """
    live.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(str(live.resolve()).encode()).hexdigest()[:16]
    with files.lock(paths.cache("sites", f"{digest}.lock"), f"the site {live}", _WAIT):
        for left in live.glob(".new-*"):  # by a publish that was killed
            shutil.rmtree(left, ignore_errors=True)
        # within the live site, so that each move is a rename
        with tempfile.TemporaryDirectory(dir=live, prefix=".new-") as folder:
            site = Staging(live, Path(folder))
            yield site
            site.publish()


def _files(folder: Path, but: Path | None = None) -> Iterator[str]:
    """The names of all files below a folder."""
    for root, folders, names in os.walk(folder):
        if but is not None and but.name in folders and Path(root) == but.parent:
            folders.remove(but.name)
        for name in names:
            yield os.path.relpath(os.path.join(root, name), folder)
