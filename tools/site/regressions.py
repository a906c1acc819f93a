"""regressions.json, its feed and improvements.json, from the detector's change points.

The files have asv's format. asv takes higher as worse and reports no improvement, so the levels
are mirrored where higher is better, and for improvements. Controls, and changes that the Changes
page marks as the machine's, are left out: no commit made them.
"""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import numpy as np
import polars as pl
from asv import util
from asv.graph import Graph, GraphSet
from asv.plugins import regressions as asv_regressions
from asv.plugins.regressions import Regressions, _GraphDataFilter
from asv.repo import Repo

from tools.common import links
from tools.detection.change_points import ChangePoint
from tools.detection.changes import Change, is_control
from tools.results.metrics import metric_of
from tools.results.series import Floats, Series
from tools.results.table import Table

if TYPE_CHECKING:
    from tools.site.publishing import Publication  # which imports this module

ATOM = "http://www.w3.org/2005/Atom"

# asv's: first revision, last revision + 1, median, minimum and mean deviation of a level
Step = tuple[int, int, float, float, float]
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

    `changes` are those of the Changes page. `graphs` have the steps of set_steps.
    """
    html = Path(conf.html_dir)
    all_params = graphs.get_params()
    hashes = {revision: commit for commit, revision in revisions.items()}
    data_filter = _GraphDataFilter(conf, repo, revisions)
    ranges = _Ranges({branch: list(repo.get_branch_commits(branch)) for branch in conf.branches})
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


def set_steps(graphs: GraphSet, detected: Iterable[tuple[Series, Sequence[ChangePoint]]]) -> None:
    """Give asv's graphs the levels between our change points, in place of asv's own detection."""
    steps: dict[str, dict[int | None, list[Step]]] = defaultdict(dict)
    for series, change_points in detected:
        edges = [0, *(change.index for change in change_points), len(series.points)]
        revisions, values = series.revisions, series.columns.values
        steps[series.path][series.index] = [
            _step(revisions[start:end], values[start:end]) for start, end in pairwise(edges)
        ]
    for path, graph in graphs:
        if "summary" not in graph.params:
            indices = [None] if graph.scalar_series else range(graph.n_series)
            graph._steps = [steps[path].get(index, []) for index in indices]


def _step(revisions: Sequence[int], values: Floats) -> Step:
    level = float(np.median(values))
    error = float(np.mean(abs(values - level)))
    return revisions[0], revisions[-1] + 1, level, float(values.min()), error


@dataclass(frozen=True)
class _Result:
    """What asv's feed asks of a result file: when its benchmarks ran."""

    commit_hash: str
    date: int
    started_at: dict[str, int | None]

    def get_result_keys(self, benchmarks: object) -> Iterable[str]:
        return self.started_at


@contextmanager
def _results_of(table: Table, commits: Set[str]) -> Iterator[None]:
    """Give asv's feed the results of some commits from the table; it would read all files."""
    files = table.readable.filter(pl.col("commit").is_in(list(commits)))
    rows = (
        table.values.join(files.lazy(), on="number")
        .group_by("commit", "date", "benchmark")
        .agg(pl.col("started_at").max())
        .collect()
    )
    found: dict[tuple[str, int], _Result] = {}
    for commit, date, benchmark, started_at in rows.iter_rows():
        result = found.setdefault((commit, date), _Result(commit, date, {}))
        result.started_at[benchmark] = started_at
    original = asv_regressions.iter_results
    asv_regressions.iter_results = lambda _: found.values()
    try:
        yield
    finally:
        asv_regressions.iter_results = original


def _by_machine(changes: Iterable[Change]) -> set[tuple[str, int | None, int]]:
    """(file of the graph, index in it, revision) of each step that the machine may have made."""
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
    """An entry of regressions.json with those steps that a commit can have made; None without."""
    name, path, params, index, last, best, jumps = entry
    if is_control(name.partition("(")[0], tools):
        return None
    jumps = [jump for jump in jumps if (path, index, jump[1]) not in machine]
    return [name, path, params, index, last, best, jumps] if jumps else None


class _Ranges:
    """What asv asks of the repository for each step, answered without a call of git each."""

    def __init__(self, lines: Mapping[str, list[str]]) -> None:
        """`lines` are the commits of each branch, newest first."""
        self._lines = lines
        self._place: dict[str, tuple[str, int]] = {}
        for branch, newest_first in lines.items():
            self._place.update({commit: (branch, i) for i, commit in enumerate(newest_first)})

    def get_range_spec(self, old: str, new: str) -> tuple[str, str]:
        return old, new

    def get_hashes_from_range(self, spec: tuple[str, str]) -> list[str]:
        if not self._place.keys() >= set(spec):
            return []  # results of a branch that is not configured now: asv shows both ends
        (branch, old), (_, new) = (self._place[commit] for commit in spec)
        return self._lines[branch][new:old]


def _upright(entry: list[Any], sign: int) -> list[Any]:
    """An entry of regressions.json with its true values, where asv saw the mirrored ones."""
    *head, last, best, jumps = entry
    jumps = [(old, new, sign * before, sign * after) for old, new, before, after in jumps]
    return [*head, sign * last, sign * best, jumps]


def mirrored(graph_data: GraphData, sign: int) -> GraphData:
    """The series upside down where sign is -1, with asv's relative threshold kept.

    asv asks for a rise of more than threshold times the value before it. Of a mirrored value
    that would be negative, so the threshold goes into the error, which asv compares with too.
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
    """Make the feed's links absolute, and say by how much it is worse without a double minus."""
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
