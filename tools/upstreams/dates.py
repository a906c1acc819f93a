"""Commit dates. Those that cannot be true, such as 1970 or the year 9999, are replaced.

One of them would stretch the time axis of every graph, and no package index has a state of then.
"""

import datetime
import time
from collections.abc import Mapping

_FIRST = int(datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc).timestamp())
_DAY = 86_400  # clocks differ, and so do time zones


def is_possible(seconds: int) -> bool:
    """Whether a commit can have this date: from the year 2000 to tomorrow."""
    return _FIRST <= seconds <= time.time() + _DAY


def nearest(text: str) -> int:
    """The possible date that is nearest to git's text of a date."""
    seconds = int(text) if text.isdecimal() and len(text) < 20 else _FIRST
    return max(_FIRST, min(seconds, int(time.time()) + _DAY))


def possible(stated: dict[str, int], parents: Mapping[str, str]) -> dict[str, int]:
    """The dates of commits, newest first, each after its children.

    An impossible date becomes that of the parent, or where there is none, of the child.
    """
    dates: dict[str, int | None] = {}
    for commit in reversed(stated):
        seconds = stated[commit]
        dates[commit] = seconds if is_possible(seconds) else dates.get(parents[commit])
    children: dict[str, int] = {}
    filled = {}
    for commit in stated:
        own = dates[commit]
        filled[commit] = children.get(commit, _FIRST) if own is None else own
        children[parents[commit]] = filled[commit]
    return filled
