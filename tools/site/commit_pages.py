"""The data of the commit pages: an index, a file for each commit, and the locks.

The file of a commit has a row for each series: over a million rows in a long history. So the rows
stay columns until their text is written, and a file is written only when its rows changed.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tools.common import links
from tools.notify.commit_description import pull_request
from tools.results import stored
from tools.results.lines import runs
from tools.results.series import Series
from tools.site.staging import Staging
from tools.upstreams.mirror import Mirror


def index(
    mirror: Mirror,
    measured: Iterable[str],
    branches: Mapping[str, Sequence[str]],
    tags: Mapping[str, str],
) -> dict[str, dict[str, Any]]:
    """Measured commits, their neighbours, and releases, by full hash.

    `branches` has each branch's commits, newest first; `tags` maps `tool/version` to a hash.
    """
    measured = set(measured)
    releases = set(tags.values())
    entries: dict[str, dict[str, Any]] = {}
    for branch, newest_first in branches.items():
        line = list(reversed(newest_first))
        earlier = None  # the measured commit before this one
        for at, commit in enumerate(line):
            near = line[max(at - 1, 0) : at + 2]
            is_shown = commit in releases or measured.intersection(near)
            if is_shown and commit not in entries:  # the first of two tools that share it
                entries[commit] = {
                    "tool": branch,
                    "measured": commit in measured,
                    "parent": line[at - 1] if at else None,
                    "child": line[at + 1] if at + 1 < len(line) else None,
                    "previous": earlier,
                }
            if commit in measured:
                earlier = commit
    for details in mirror.commits(list(entries)):
        entries[details.hash] |= {
            "author": details.author,
            "date": details.date.isoformat(),
            "subject": details.subject,
            "release": details.version,
            "pull": pull_request(details.subject),
        }
    for entry in entries.values():  # link only to what has a page
        for key in ("parent", "child"):
            if entry[key] not in entries:
                entry[key] = None
    return entries


def write_index(staging: Staging, entries: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the index in parts, by the first digit of the hash: a page needs one commit of it.

    Each entry has `releases`, the versions of the commits that it names.
    """
    for digit in "0123456789abcdef":
        part = {
            commit: {
                **entry,
                "releases": {
                    entry[near]: entries[entry[near]]["release"]
                    for near in ("parent", "child", "previous")
                    if entry[near]
                },
            }
            for commit, entry in entries.items()
            if commit.startswith(digit)
        }
        text = json.dumps(part, separators=(",", ":"))
        key = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        staging.write(f"commits/index-{digit}.json", key, functools.partial(str, text))


Sizes = dict[str, tuple[int, int]]


def provenance(results: Path, locks: Set[str]) -> tuple[dict[str, list[dict[str, Any]]], Sizes]:
    """The set-ups in which each commit was measured, and the size of each data set.

    The set-ups are sorted by time, newest first. A size is samples and variants. `locks` are the
    copied ones.
    """
    sizes: Sizes = {}
    kept = ("stack", "python", "java", "installed", "lock", "tracker")
    by_commit: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = defaultdict(dict)
    for machine, entry in stored.provenance(results):
        data = entry.get("data")
        if isinstance(data, dict) and {"name", "n_samples", "n_variants"} <= data.keys():
            sizes[data["name"]] = data["n_samples"], data["n_variants"]
        shown = {"machine": machine, **{key: entry.get(key) for key in kept}}
        shown["has_lock"] = shown["lock"] in locks
        key = tuple(shown.values())
        setups = by_commit[entry["commit"]]
        count = setups.get(key, {"benchmarks": 0})["benchmarks"] + 1
        setups[key] = {**shown, "at": entry.get("at"), "benchmarks": count}
    newest_first = {
        commit: sorted(setups.values(), key=lambda setup: setup["at"] or "", reverse=True)
        for commit, setups in by_commit.items()
    }
    return newest_first, sizes


def copy_locks(results: Path, html: Path) -> set[str]:
    """Copy the lock files into the site; returns their names."""
    source = results / "locks"
    if not source.is_dir():
        return set()
    shutil.copytree(source, html / "locks", dirs_exist_ok=True)
    return {path.stem for path in source.glob("*.txt")}


def write(
    staging: Staging,
    all_series: Sequence[Series],
    commits: Mapping[int, str],
    named: set[str],
    setups: Mapping[str, list[dict[str, Any]]],
) -> set[str]:
    """Write commits/HASH.json for each measured commit; returns the commits.

    `commits` are the hashes by revision, `named` the graph parameters that a link has to name,
    `setups` the set-ups of each commit.
    """
    if not all_series:
        return set()
    fixed = [_fixed(series, named) for series in all_series]
    # a digest of its text, not its number: a new series must not change pages without it
    digests = [hashlib.md5("".join(parts).encode()).digest()[:8] for parts in fixed]
    frame = _frame(all_series, np.frombuffer(b"".join(digests), dtype=np.uint64))
    written = set()
    for start, end in runs(frame, "revision"):
        rows = frame[start:end]
        commit = commits[rows["revision"][0]]
        written.add(commit)
        own = json.dumps(setups.get(commit, []), separators=(",", ":"), allow_nan=False)
        key = hashlib.blake2b(own.encode(), digest_size=16)
        for name in ("digest", "value", "low", "high", "before"):
            key.update(rows[name].to_numpy().tobytes())
        text = functools.partial(_text, rows, commit, own, fixed)
        staging.write(f"commits/{commit}.json", key.hexdigest(), text)
    return written


def _fixed(series: Series, named: set[str]) -> tuple[str, str]:
    """The start of the rows of a series, and its link without the commit, as JSON text."""
    environment = {
        name: value
        for name, value in series.environment.items()
        if name in named and name != "branch"
    }
    start = {"benchmark": series.benchmark, "parameters": series.parameters,
             "environment": environment}  # fmt: skip
    graph = links.graph(series.benchmark, series.environment, series.parameters, named)
    return (
        json.dumps(start, separators=(",", ":"))[:-1],
        json.dumps(links.at(graph, ""))[:-1],
    )


def _frame(all_series: Sequence[Series], digests: Any) -> pl.DataFrame:
    """One row for each value, sorted by revision, then in the order of the series."""
    parts = []
    for at, series in enumerate(all_series):
        points, count = series.columns, len(series.points)
        parts.append(
            pl.DataFrame(
                {
                    "revision": points.revisions,
                    "line": np.full(count, at, np.uint32),
                    "digest": np.full(count, digests[at]),
                    "value": points.values,
                    "low": points.low,
                    "high": points.high,
                    "before": np.concatenate([[math.nan], points.values[:-1]]),
                }
            )
        )
    return pl.concat(parts).sort("revision", maintain_order=True)


def _text(rows: pl.DataFrame, commit: str, setups: str, fixed: Sequence[tuple[str, str]]) -> str:
    """The file of a commit: JSON, put together by hand because there are so many rows."""
    texts = []
    for line, value, low, high, before in rows[
        "line", "value", "low", "high", "before"
    ].iter_rows():
        start, link = fixed[line]
        interval = "null" if math.isnan(low) or math.isnan(high) else f"[{low!r},{high!r}]"
        earlier = "null" if math.isnan(before) else repr(before)
        texts.append(
            f'{start},"value":{value!r},"interval":{interval},"before":{earlier},'
            f'"graph":{link}{commit}"}}'
        )
    return f'{{"rows":[{",".join(texts)}],"setups":{setups}}}'
