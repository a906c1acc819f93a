"""asv's own messages made to say what to do: files that it cannot read, unknown environments."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Sequence

_NO_ENVIRONMENT = re.compile(r"Unknown environment type '(?P<name>[^']*)'")
_UNREADABLE = re.compile(
    r"Error parsing JSON in file '(?P<damaged>.+?\.json)'|"
    r"No version specified in (?P<other>.+?\.json)"
)
_RESULT = "it is left out; the next `asv run` of its commit sets it aside and measures anew"
_MACHINE = "the results beside it are left out; the next `asv run` on that machine writes it anew"
_BENCHMARKS = "`asv run --bench just-discover` writes it anew"


class _Explained(logging.Filter):
    def __init__(self, environments: Sequence[str]) -> None:
        super().__init__()
        self._environments = environments
        self._said: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        unknown = _NO_ENVIRONMENT.search(str(record.msg))
        if unknown:
            known = ", ".join(self._environments)
            record.msg = f"there is no environment {unknown['name']!r}; -E takes one of {known}"
            return True
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


def explain(environments: Sequence[str] = ()) -> None:
    """Have asv say what to do, and not say the same of a file each time it meets it.

    `environments` are the names that -E takes.
    """
    logging.getLogger().addFilter(_Explained(environments))  # asv's log is the root logger
