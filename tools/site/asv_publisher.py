"""Our part of `asv publish`: Changes, Alerts and commit pages, directions, local scripts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from asv import util
from asv.console import log
from asv.publishing import OutputPublisher
from asv.repo import Repo

from tools.alerts.verdicts import Verdicts
from tools.common import files, links
from tools.detection import changes
from tools.detection.changes import Change, is_control
from tools.notify import night_record
from tools.results import metrics
from tools.results.series_key import SeriesKey
from tools.site import (
    alerts_page,
    asv_pages,
    commit_pages,
    overview,
    pages,
    regressions,
    series_pages,
    site_data,
)
from tools.site.graphs import Publication
from tools.site.series_pages import Axis
from tools.upstreams import config as upstreams_config
from tools.upstreams.mirror import Mirror


class Site(OutputPublisher):
    """Our own pages, and asv's made to work offline and on a phone."""

    name = "site"
    description = "Changes, Regressions, Alerts and commit pages, local scripts"
    order = 10

    @classmethod
    def publish(
        cls,
        conf: Any,
        repo: Repo,
        benchmarks: Mapping[str, dict[str, Any]],
        graphs: Publication,
        revisions: Mapping[str, int],
    ) -> None:
        html, results_dir = Path(conf.html_dir), Path(conf.results_dir)
        declared, branches = graphs.declared, graphs.branches
        all_series = [series for series, _ in graphs.detected]
        templates = _link_templates(conf)
        for name, benchmark in benchmarks.items():  # asv writes them into index.json afterwards
            metric = metrics.metric_of(name, declared)
            benchmark["higher_is_better"] = not metric.lower_is_better
        hashes = {revision: commit for commit, revision in revisions.items()}
        named = links.varying(graphs.environments())
        detected = changes.of_all(graphs.detected, declared, hashes, set(conf.branches))
        regressions.publish(conf, repo, benchmarks, graphs, revisions, detected)
        tags = repo.get_tags()
        releases = {commit: tag.rpartition("/")[2] for tag, commit in tags.items()}
        mirror = Mirror(Path(repo._path))
        all_events = alerts_page.write(
            html,
            results_dir / "alerts.sqlite",
            alerts_page.Site(all_series, hashes, mirror, templates, declared, named, releases),
        )
        rows = _changes(
            detected, Verdicts(all_events, revisions), named, releases, conf.hash_length
        )
        summaries = {name: metric.summary for name, metric in declared.items()}
        _write(html / "changes.json", {"changes": [row for _, row in rows], "metrics": summaries})
        dates = dict(graphs.table.readable["commit", "date"].iter_rows())
        dates |= {commit: repo.get_date_from_name(commit) for commit in tags.values()}
        axis = Axis(hashes, dates)
        controls = frozenset(b for b in benchmarks if is_control(b, set(conf.branches)))
        _write(
            html / "series.json",
            series_pages.write(graphs.staging, all_series, axis, rows, benchmarks, controls),
        )
        _write(
            html / "overview.json",
            overview.of(
                all_series,
                axis,
                graphs.table,
                branches,
                all_events,
                [(change, row["verdict"]) for change, row in rows],
            ),
        )
        locks = commit_pages.copy_locks(results_dir, html)
        setups, sizes = commit_pages.provenance(results_dir, locks)
        _write(
            html / "site.json",
            site_data.of(
                conf.project,
                mirror,
                {branch: templates.get(branch, {}) for branch in conf.branches},
                declared,
                _releases(tags, dates),
                sizes,
            ),
        )
        measured = commit_pages.write(graphs.staging, all_series, hashes, named, setups)
        commits = commit_pages.index(mirror, measured, branches, tags)
        commit_pages.write_index(graphs.staging, commits)
        _write(
            html / "commits.json",
            {
                "links": templates,
                "sources": {branch: mirror.source_of(branch) for branch in branches},
                "units": {name: metric.unit for name, metric in declared.items()},
                "lower_is_better": {n: metric.lower_is_better for n, metric in declared.items()},
                "commits": commits,
            },
        )
        for name in benchmarks:  # asv's grid loads one for each, asv writes none without values
            if not graphs.get_graph_group(name):
                _write(html / "graphs" / "summary" / f"{util.sanitize_filename(name)}.json", [])
        night_record.write_status(results_dir, html)
        problem = asv_pages.finish(html)
        pages.write(html)
        if problem:
            log.warning(
                f"{problem}: this site has tables instead of graphs, and asv's own pages load "
                "theirs from public CDNs. Run `python -m tools site fetch` and publish again."
            )


def _link_templates(conf: Any) -> dict[str, dict[str, str]]:
    """The address templates of each tool; none where asv reads a plain repository."""
    path = Path(conf.repo)
    if path.suffix != ".toml":
        return {}
    return {name: dict(tool.links) for name, tool in upstreams_config.load(path).items()}


def _changes(
    detected: Sequence[Change],
    verdicts: Verdicts,
    named: set[str],
    releases: Mapping[str, str],
    hash_length: int,
) -> list[tuple[Change, dict[str, Any]]]:
    """The changes with their rows on the Changes page: each has a link to its graph."""
    rows = []
    for change in detected:
        row = change.as_json()
        environment = {**change.environment, "branch": change.tool}
        stack, machine = (str(environment.get(name, "")) for name in ("stack", "machine"))
        verdict = verdicts.of(
            (change.tool, stack, machine),
            SeriesKey.of(change.benchmark, change.parameters),
            change.better,
            change.before.revision,
            change.after.revision,
        )
        row |= {"verdict": verdict.word, "event": verdict.event}
        row["environment"] = {k: v for k, v in change.environment.items() if k in named}
        row["releases"] = [releases.get(change.old_commit), releases.get(change.new_commit)]
        row["graph"] = links.at(
            links.graph(change.benchmark, environment, change.parameters, named),
            change.old_commit[:hash_length],
            change.new_commit[:hash_length],
        )
        rows.append((change, row))
    return rows


def _releases(
    tags: Mapping[str, str], dates: Mapping[str, int]
) -> dict[str, list[tuple[str, int, str]]]:
    """(version, date, commit) of each branch's releases, oldest first."""
    releases: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
    for tag, commit in sorted(tags.items(), key=lambda item: dates[item[1]]):
        branch, _, version = tag.rpartition("/")
        releases[branch].append((version, dates[commit], commit))
    return releases


def _write(path: Path, value: Any) -> None:
    files.write_text(path, json.dumps(value, separators=(",", ":"), allow_nan=False))
