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
        explained = self._explain(str(record.msg))
        if explained is None:
            return True
        if explained in self._said:
            return False
        self._said.add(explained)
        record.msg = explained
        return True

    def _explain(self, text: str) -> str | None:
        """What to say in place of asv's text; None where that is good as it is."""
        unknown = _NO_ENVIRONMENT.search(text)
        if unknown:
            known = ", ".join(self._environments)
            return f"there is no environment {unknown['name']!r}; -E takes one of {known}"
        found = _UNREADABLE.search(text)
        if found is None:
            return None
        path = found["damaged"] or found["other"]
        advice = {"machine.json": _MACHINE, "benchmarks.json": _BENCHMARKS}
        what = advice.get(os.path.basename(path), _RESULT)
        return f"{os.path.relpath(path)} cannot be read: {what}"


def explain(environments: Sequence[str] = ()) -> None:
    """Have asv say what to do, and not the same again each time it meets a file.

    `environments` are the names that -E takes.
    """
    logging.getLogger().addFilter(_Explained(environments))  # asv's log is the root logger
