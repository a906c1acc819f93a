"""asv's messages about files that it cannot read: each file once, with what to do."""

from __future__ import annotations

import logging
import os
import re

_UNREADABLE = re.compile(
    r"Error parsing JSON in file '(?P<damaged>.+?\.json)'|"
    r"No version specified in (?P<other>.+?\.json)"
)
_RESULT = "it is left out; the next `asv run` of its commit sets it aside and measures anew"
_MACHINE = "the results beside it are left out; the next `asv run` on that machine writes it anew"
_BENCHMARKS = "`asv run --bench just-discover` writes it anew"


class _Once(logging.Filter):
    def __init__(self) -> None:
        super().__init__()
        self._said: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        found = _UNREADABLE.search(str(record.msg))
        if found is None:
            return True
        path = found["damaged"] or found["other"]
        if path in self._said:
            return False
        self._said.add(path)
        advice = {"machine.json": _MACHINE, "benchmarks.json": _BENCHMARKS}
        what = advice.get(os.path.basename(path), _RESULT)
        record.msg = f"{os.path.relpath(path)} cannot be read: {what}"
        return True


def explain_damaged_files() -> None:
    """Have asv say what to do about a damaged file, once, and not at each time it meets it."""
    logging.getLogger().addFilter(_Once())  # asv's log is the root logger
