"""regressions.json, its feed and improvements.json, from the detector's change points.

The files have asv's format. To asv higher is worse, and it reports no improvements. So the levels
are mirrored for improvements, and where higher is better. Controls are left out, and so are the
changes that the Changes page marks as the machine's: no commit caused them.
"""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import polars as pl
from asv import util
from asv.graph import Graph
from asv.plugins import regressions as asv_regressions
from asv.plugins.regressions import Regressions, _GraphDataFilter
from asv.repo import Repo

from tools.common import links
from tools.detection.changes import Change, is_control
from tools.results.metrics import metric_of
from tools.results.table import Table
from tools.site.graphs import Publication, Step

ATOM = "http://www.w3.org/2005/Atom"

GraphData = tuple[int | None, str, list[Step], float]  # series index, name, steps, threshold


def publish(
    conf: Any,
    repo: Repo,
    benchmarks: Mapping[str, dict[str, Any]],
    graphs: Publication,
    revisions: Mapping[str, int],
    changes: Iterable[Change],
) -> None:
    """Write regressions.json, regressions.xml and improvements.json.

    `changes` are those of the Changes page.
    """
    html = Path(conf.html_dir)
    all_params = graphs.get_params()
    hashes = {revision: commit for commit, revision in revisions.items()}
    data_filter = _GraphDataFilter(conf, repo, revisions)
    ranges = _Ranges(graphs.branches)
    lower = {name for name in benchmarks if metric_of(name, graphs.declared).lower_is_better}
    worse: list[Any] = []
    better: list[Any] = []
    for path, graph in graphs:
        benchmark = benchmarks.get(os.path.basename(path))
        if "summary" in graph.params or not benchmark:
            continue
        up, down = (worse, better) if benchmark["name"] in lower else (better, worse)
        for data in data_filter.get_graph_data(graph, benchmark):
            for entries, sign in ((up, 1), (down, -1)):
                own: list[Any] = []
                Regressions._process_regression(
                    own, hashes, ranges, all_params, mirrored(data, sign), graph
                )
                entries.extend(_upright(entry, sign) for entry in own)
    machine = _by_machine(changes)
    worse, better = (
        [mended for entry in entries if (mended := _of_code(entry, set(conf.branches), machine))]
        for entries in (worse, better)
    )
    Regressions._save(conf, {"regressions": worse})
    shown = {
        hashes[at] for *_, jumps in worse for jump in jumps for at in jump[:2] if at is not None
    }
    with _results_of(graphs.table, shown):
        Regressions._save_feed(conf, benchmarks, worse, revisions, hashes)
    util.write_json(str(html / "improvements.json"), {"improvements": better}, compact=True)
    finish_feed(html / "regressions.xml", links.configured_site())


@dataclass(frozen=True)
class _Result:
    """The part of a result file that asv's feed needs: when its benchmarks ran."""

    commit_hash: str
    date: int
    started_at: dict[str, int | None]

    def get_result_keys(self, benchmarks: object) -> Iterable[str]:
        return self.started_at


@contextmanager
def _results_of(table: Table, commits: Set[str]) -> Iterator[None]:
    """Let asv's feed take the results of some commits from the table; it would read all files."""
    files = table.readable.filter(pl.col("commit").is_in(list(commits)))
    rows = (
        table.values.join(files.lazy(), on="number")
        .group_by("commit", "date", "benchmark")
        .agg(pl.col("started_at").max())
        .collect()
    )
    results: dict[tuple[str, int], _Result] = {}
    for commit, date, benchmark, started_at in rows.iter_rows():
        result = results.setdefault((commit, date), _Result(commit, date, {}))
        result.started_at[benchmark] = started_at
    original = asv_regressions.iter_results
    asv_regressions.iter_results = lambda _: results.values()
    try:
        yield
    finally:
        asv_regressions.iter_results = original


def _by_machine(changes: Iterable[Change]) -> set[tuple[str, int | None, int]]:
    """(file of the graph, index in it, revision) of each step that the machine may have caused."""
    return {
        (f"{_path(change)}.json", change.index, change.after.revision)
        for change in changes
        if change.machine
    }


def _path(change: Change) -> str:
    path: str = Graph.get_file_path(
        {**change.environment, "branch": change.tool}, change.benchmark
    )
    return path


def _of_code(
    entry: list[Any], tools: Set[str], machine: Set[tuple[str, int | None, int]]
) -> list[Any] | None:
    """An entry of regressions.json with the steps that a commit can cause; None without any."""
    name, path, params, index, last, best, jumps = entry
    if is_control(name.partition("(")[0], tools):
        return None
    jumps = [jump for jump in jumps if (path, index, jump[1]) not in machine]
    return [name, path, params, index, last, best, jumps] if jumps else None


class _Ranges:
    """The commits between two others, as asv asks a repository for them; no call of git."""

    def __init__(self, branches: Mapping[str, Sequence[str]]) -> None:
        """`branches` has the commits of each branch, newest first."""
        self._branches = list(branches.values())
        self._positions = [
            {commit: at for at, commit in enumerate(newest_first)}
            for newest_first in self._branches
        ]

    def get_range_spec(self, old: str, new: str) -> tuple[str, str]:
        return old, new

    def get_hashes_from_range(self, spec: tuple[str, str]) -> list[str]:
        old, new = spec
        for newest_first, position in zip(self._branches, self._positions, strict=True):
            if old in position and new in position:  # two tools may share commits
                return list(newest_first[position[new] : position[old]])
        return []  # a branch that is not configured any more: asv shows both ends


def _upright(entry: list[Any], sign: int) -> list[Any]:
    """An entry of regressions.json with true values in place of mirrored ones."""
    *head, last, best, jumps = entry
    jumps = [(old, new, sign * before, sign * after) for old, new, before, after in jumps]
    return [*head, sign * last, sign * best, jumps]


def mirrored(graph_data: GraphData, sign: int) -> GraphData:
    """The series upside down where sign is -1, with asv's relative threshold kept.

    asv compares a rise with threshold times the value before it. That is negative for a mirrored
    value, so the threshold goes into the error, with which asv compares too.
    """
    index, name, steps, threshold = graph_data
    if sign == 1:
        return graph_data
    turned = [
        (left, right, -value, -value - error, max(error, threshold * abs(value)))
        for left, right, value, _, error in steps
    ]
    return index, name, turned, 0.0


def finish_feed(path: Path, site_url: str | None) -> None:
    """Make the links of the feed absolute, and write "5 % worse" for "-5 % worse"."""
    ET.register_namespace("", ATOM)
    tree = ET.parse(path)
    base = site_url.rstrip("/") + "/" if site_url else ""
    for entry in tree.iter(f"{{{ATOM}}}entry"):
        for link in entry.iter(f"{{{ATOM}}}link"):
            link.set("href", urljoin(base, link.get("href", "")))
        for content in entry.iter(f"{{{ATOM}}}content"):
            text = re.sub(r"\(-([\d.]+(?:%| units))\s+worse", r"(\1 worse", content.text or "")
            content.text = re.sub(
                r'href="([^"]*)"', lambda match: f'href="{urljoin(base, match[1])}"', text
            )
    if site_url:
        own = ET.Element(f"{{{ATOM}}}link", {"rel": "self", "href": urljoin(base, path.name)})
        tree.getroot().insert(0, own)
    tree.write(path, encoding="utf-8", xml_declaration=True)
