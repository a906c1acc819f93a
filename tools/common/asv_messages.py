"""Clean asv's messages, and replace those that do not say what to do next."""

import logging
import os
import re
from collections.abc import Sequence

from tools.common import foreign_text

_NO_ENVIRONMENT = re.compile(r"Unknown environment type '(?P<name>[^']*)'")
_UNREADABLE = re.compile(
    r"Error parsing JSON in file '(?P<damaged>.+?\.json)'|"
    r"No version specified in (?P<other>.+?\.json)"
)
_RESULT = "it is left out; the next `asv run` of its commit sets it aside and measures again"
_MACHINE = "its folder's name is taken; the next `asv run` on that machine writes it again"
_BENCHMARKS = "the benchmarks are taken from the code; the next `asv run` writes the file again"


class _Explained(logging.Filter):
    def __init__(self, environments: Sequence[str]) -> None:
        super().__init__()
        self._environments = environments
        self._printed: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = foreign_text.clean(str(record.msg))  # a benchmark's output, for example
        explained = self._explain(record.msg)
        if explained is None:
            return True
        if explained in self._printed:
            return False
        self._printed.add(explained)
        record.msg = explained
        return True

    def _explain(self, text: str) -> str | None:
        """The replacement of asv's text; None where asv's text is good."""
        unknown = _NO_ENVIRONMENT.search(text)
        if unknown:
            names = ", ".join(self._environments)
            return f"there is no environment {unknown['name']!r}; -E takes one of {names}"
        unreadable = _UNREADABLE.search(text)
        if unreadable is None:
            return None
        path = unreadable["damaged"] or unreadable["other"]
        advice = {"machine.json": _MACHINE, "benchmarks.json": _BENCHMARKS}
        hint = advice.get(os.path.basename(path), _RESULT)
        return f"{os.path.relpath(path)} cannot be read: {hint}"


def explain(environments: Sequence[str] = ()) -> None:
    """Clean asv's messages from now on; print each replacement only once.

    `environments` are the names that -E takes.
    """
    logging.getLogger().addFilter(_Explained(environments))  # asv uses the root logger
