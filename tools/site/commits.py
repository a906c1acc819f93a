"""What the commit page shows: the commits that matter, what was measured at them, their locks."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.notify.commit_description import pull_request
from tools.results import stored
from tools.upstreams.mirror import Mirror


def index(
    mirror: Mirror,
    measured: Iterable[str],
    branches: Mapping[str, Sequence[str]],
    tags: Mapping[str, str],
) -> dict[str, dict[str, Any]]:
    """The commits that matter by full hash: measured ones, their neighbours, and releases.

    `branches` has each branch's commits, newest first; `tags` maps `tool/version` to a hash.
    """
    measured = set(measured)
    releases = set(tags.values())
    entries: dict[str, dict[str, Any]] = {}
    for branch, newest_first in branches.items():
        line = list(reversed(newest_first))
        earlier = None  # the measured commit before this one
        for place, commit in enumerate(line):
            near = line[max(place - 1, 0) : place + 2]
            if commit in releases or measured.intersection(near):
                entries[commit] = {
                    "tool": branch,
                    "measured": commit in measured,
                    "parent": line[place - 1] if place else None,
                    "child": line[place + 1] if place + 1 < len(line) else None,
                    "previous": earlier,
                }
            if commit in measured:
                earlier = commit
    for found in mirror.commits(list(entries)):
        entries[found.hash] |= {
            "author": found.author,
            "date": found.date.isoformat(),
            "subject": found.subject,
            "release": found.version,
            "pull": pull_request(found.subject),
        }
    for entry in entries.values():  # link only to what has a page
        for key in ("parent", "child"):
            if entry[key] not in entries:
                entry[key] = None
    return entries


def provenance(results: Path) -> dict[str, list[dict[str, Any]]]:
    """With what each commit was measured: one entry for each different set-up, newest first."""
    kept = ("stack", "python", "java", "installed", "lock", "tracker")
    found: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = defaultdict(dict)
    for machine, entry in stored.provenance(results):
        shown = {"machine": machine, **{key: entry.get(key) for key in kept}}
        key = tuple(shown.values())
        setups = found[entry["commit"]]
        count = setups.get(key, {"benchmarks": 0})["benchmarks"] + 1
        setups[key] = {**shown, "at": entry.get("at"), "benchmarks": count}
    return {
        commit: sorted(setups.values(), key=lambda setup: setup["at"] or "", reverse=True)
        for commit, setups in found.items()
    }


def copy_locks(results: Path, html: Path) -> set[str]:
    """Copy the lock files into the site; the names of those there are."""
    source = results / "locks"
    if not source.is_dir():
        return set()
    shutil.copytree(source, html / "locks", dirs_exist_ok=True)
    return {path.stem for path in source.glob("*.txt")}
