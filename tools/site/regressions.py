"""regressions.json, its feed and improvements.json: the code's, by each metric's direction.

asv takes higher as worse, and reports nothing that got better. Where higher is better, and for
improvements, its own detection runs on the mirrored steps; what it finds has the same format
as asv's, with the true values. What no commit can have made is left out: controls, and steps that
the Changes page marks as the machine's.
"""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from asv import util
from asv.graph import Graph, GraphSet
from asv.plugins.regressions import Regressions, _GraphDataFilter
from asv.repo import Repo

from tools.common import links
from tools.detection.changes import Change, Step, is_control
from tools.results.metrics import Metric, metric_of

ATOM = "http://www.w3.org/2005/Atom"

GraphData = tuple[int | None, str, list[Step], float]  # series index, name, steps, threshold


def publish(
    conf: Any,
    repo: Repo,
    benchmarks: Mapping[str, dict[str, Any]],
    graphs: GraphSet,
    revisions: Mapping[str, int],
    metrics: Mapping[str, Metric],
    changes: Iterable[Change],
) -> None:
    """Mend regressions.json and regressions.xml, which asv wrote, and write improvements.json.

    `changes` are those of the Changes page.
    """
    html = Path(conf.html_dir)
    all_params = graphs.get_params()
    hashes = {revision: commit for commit, revision in revisions.items()}
    data_filter = _GraphDataFilter(conf, repo, revisions)
    ranges = _Ranges({branch: list(repo.get_branch_commits(branch)) for branch in conf.branches})
    lower = {name for name in benchmarks if metric_of(name, metrics).lower_is_better}
    # asv is right about those of which less is better
    worse = [
        entry
        for entry in util.load_json(str(html / "regressions.json"))["regressions"]
        if entry[0].partition("(")[0] in lower
    ]
    better: list[Any] = []
    for path, graph in graphs:
        benchmark = benchmarks.get(os.path.basename(path))
        if "summary" in graph.params or not benchmark:
            continue
        wanted = [(better, -1)] if benchmark["name"] in lower else [(worse, -1), (better, 1)]
        for data in data_filter.get_graph_data(graph, benchmark):
            for found, sign in wanted:
                entries: list[Any] = []
                Regressions._process_regression(
                    entries, hashes, ranges, all_params, mirrored(data, sign), graph
                )
                found.extend(_upright(entry, sign) for entry in entries)
    machine = _by_machine(changes)
    worse, better = (
        [mended for entry in found if (mended := _of_code(entry, set(conf.branches), machine))]
        for found in (worse, better)
    )
    Regressions._save(conf, {"regressions": worse})
    Regressions._save_feed(conf, benchmarks, worse, revisions, hashes)
    util.write_json(str(html / "improvements.json"), {"improvements": better}, compact=True)
    finish_feed(html / "regressions.xml", links.configured_site())


def _by_machine(changes: Iterable[Change]) -> set[tuple[str, int | None, int]]:
    """(file of the graph, index in it, revision) of each step that the machine may have made."""
    return {
        (f"{_path(change)}.json", change.index, change.new_revision)
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
