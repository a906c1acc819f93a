"""Change points of series that were searched before: most series are the same the next time."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any

from tools.common import files, paths
from tools.detection.change_points import ChangePoint, Rule, in_points
from tools.detection.repeats import Pairs
from tools.results.series import Points

_MOST = 20_000  # lines of the file; then the older half is forgotten


class Memory:
    """The change points of series by their contents, in a file of the cache."""

    def __init__(self) -> None:
        self._path = paths.cache("detection", "change-points.jsonl")
        self._known: dict[str, list[Any]] = {}
        with suppress(OSError):
            text = self._path.read_text(encoding="utf-8", errors="replace")
            for entry in files.json_lines(text):
                self._known[str(entry.get("key"))] = entry.get("points", [])
            if text.count("\n") > _MOST:
                kept = text.splitlines(keepends=True)[-_MOST // 2 :]
                files.write_text(self._path, "".join(kept))

    def change_points(
        self, points: Points, *, exact: bool = False, repeats: Pairs = ()
    ) -> list[ChangePoint]:
        """in_points(), searched only for series that are not remembered."""
        key = hashlib.blake2b(f"{_version()} {exact} {list(repeats)}".encode(), digest_size=16)
        for column in (points.values, points.low, points.high):
            key.update(column.tobytes())
        name = key.hexdigest()
        if name not in self._known:
            found = in_points(points, exact=exact, repeats=repeats)
            self._known[name] = [astuple(point) for point in found]
            self._append({"key": name, "points": self._known[name]})
        return [
            ChangePoint(at, old, new, tuple(interval) if interval else None, Rule(rule))
            for at, old, new, interval, rule in self._known[name]
        ]

    def _append(self, entry: dict[str, Any]) -> None:
        """Add a line at once, so that two processes can."""
        with suppress(OSError):  # what is not remembered is searched again
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(handle, (json.dumps(entry) + "\n").encode())
            finally:
                os.close(handle)


@functools.cache
def _version() -> str:
    """A hash of this package's source: another detector searches each series again."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
