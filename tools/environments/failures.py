"""Builds that failed, with reason and log, so that they are not tried every night."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.common import files, paths


@dataclass(frozen=True)
class Failure:
    """One build that failed: what, why, and where its whole output is kept."""

    tool: str
    commit: str
    stack: str
    reason: str
    log: str


def _place(tool: str, commit: str, stack: str) -> Path:
    return paths.cache("failures", tool, f"{commit}-{stack}.json")


def remember(failure: Failure, output: str) -> Failure:
    """Keep a failure and its log; returns it with the log's place filled in."""
    place = _place(failure.tool, failure.commit, failure.stack)
    log = place.with_suffix(".log")
    files.write_text(log, output)
    kept = Failure(failure.tool, failure.commit, failure.stack, failure.reason, str(log))
    files.write_json(place, asdict(kept))
    return kept


def recall(tool: str, commit: str, stack: str) -> Failure | None:
    """The failure remembered for this build, or None."""
    return _read(_place(tool, commit, stack))


def remembered() -> list[Failure]:
    """All failures that are remembered."""
    places = sorted(paths.cache("failures").glob("*/*.json"))
    return [failure for place in places if (failure := _read(place))]


def forget(commit: str = "") -> int:
    """Forget the failures of commits that start with `commit`; returns how many."""
    places = list(paths.cache("failures").glob(f"*/{commit}*.json"))
    for place in places:
        place.with_suffix(".log").unlink(missing_ok=True)
        place.unlink()
    return len(places)


def _read(place: Path) -> Failure | None:
    """A kept failure; None when there is none, or none that can be read: it is tried again."""
    try:
        return Failure(**json.loads(place.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
