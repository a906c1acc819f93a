"""`asv publish` from the table of results: the same files as asv's own, in less time.

asv reads every result file three times and detects steps in every graph. Here the results come
from the table, the levels of each graph from our detector, and a file whose contents are known
to be the same is not written again. asv's publishers of pages run as they are, but for its
regressions, which tools.site.regressions writes.
"""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asv
import polars as pl
from asv import util
from asv.benchmarks import Benchmarks
from asv.commands.publish import Publish, check_benchmark_params
from asv.console import log
from asv.machine import iter_machine_files
from asv.plugins.regressions import Regressions
from asv.publishing import OutputPublisher
from asv.repo import Repo, get_repo

from tools.alerts import detector
from tools.alerts.detector import Detector
from tools.results import lines, metrics
from tools.results import table as results_table
from tools.results.lines import Lines
from tools.results.metrics import Metric
from tools.results.series import Series
from tools.results.table import Table
from tools.site import regressions
from tools.site.graphs import StoredGraphs
from tools.site.staging import Staging, staging

_TEMPLATE = Path(asv.__file__).parent / "www"


class Publication(StoredGraphs):
    """What the publishers of pages get as asv's graphs, and what ours need besides."""

    def __init__(
        self,
        table: Table,
        drawn: Lines,
        staging: Staging,
        declared: Mapping[str, Metric],
        detect: Detector,
    ) -> None:
        super().__init__(drawn, staging)
        self.table, self.declared = table, declared
        self.detected = [(series, detect(series)) for series in drawn.series()]
        regressions.set_steps(self, self.detected)

    @property
    def series(self) -> list[Series]:
        return [series for series, _ in self.detected]


def run(conf: Any, range_spec: Any = None, pull: bool = True) -> None:
    """asv's Publish.run."""
    live = conf.html_dir
    repo, benchmarks = get_repo(conf), Benchmarks.load(conf)
    with staging(Path(live)) as site:
        conf.html_dir = str(site.folder)
        try:
            _make(conf, repo, benchmarks, site, range_spec, pull)
        finally:
            conf.html_dir = live


def _make(
    conf: Any, repo: Repo, benchmarks: Benchmarks, site: Staging, range_spec: Any, pull: bool
) -> None:
    publishers = sorted(util.iter_subclasses(OutputPublisher), key=lambda cls: cls.order)
    log.set_nitems(4 + len(publishers))
    declared = metrics.load(Path(conf.benchmark_dir) / "metrics.json")
    for name, entry in benchmarks.items():
        check_benchmark_params(name, entry)
        metrics.metric_of(name, declared)
    shutil.copytree(_TEMPLATE, conf.html_dir, dirs_exist_ok=True, copy_function=shutil.copyfile)
    with _step("Loading machine info"):
        listed = [util.load_json(path) for path in iter_machine_files(conf.results_dir)]
    with _step("Loading results"):
        table = _in_range(results_table.read(conf.results_dir), repo, range_spec)
        if pull:
            repo.pull()
        tags = repo.get_tags()
        dates = dict(table.readable["commit", "date"].iter_rows())
        dates |= {commit: repo.get_date_from_name(commit) for commit in tags.values()}
        revisions = repo.get_revisions(dates)
        branches = {branch: set(repo.get_branch_commits(branch)) for branch in conf.branches}
        for commit in sorted(set(table.readable["commit"]).difference(*branches.values())):
            named = ", ".join(branches)
            log.warning(f"Couldn't find {commit[: conf.hash_length]} in branches ({named})")
        drawn = lines.read(table, benchmarks, revisions, branches)
    with _step("Detecting change points and generating graphs"):
        detect = detector.from_database(Path(conf.results_dir) / "alerts.sqlite", declared)
        graphs = Publication(table, drawn, site, declared, detect)
        graphs.save(conf.html_dir)
    pages = []
    for publisher in publishers:
        pages.append([publisher.name, publisher.button_label, publisher.description])
        with _step(f"Generating output for {publisher.__name__}"):
            if publisher is not Regressions:
                publisher.publish(conf, repo, benchmarks, graphs, revisions)
    with _step("Writing index"):
        index = {
            "project": conf.project,
            "project_url": conf.project_url,
            "show_commit_url": conf.show_commit_url,
            "hash_length": conf.hash_length,
            "revision_to_hash": {at: commit for commit, at in revisions.items()},
            "revision_to_date": {at: dates[commit] for commit, at in revisions.items()},
            "params": {**_params(table, graphs), "branch": list(conf.branches)},
            "graph_param_list": graphs.environments(),
            "benchmarks": dict(benchmarks),
            "machines": {machine["machine"]: machine for machine in listed},
            "tags": {tag: revisions[commit] for tag, commit in tags.items()},
            "pages": pages,
        }
        util.write_json(os.path.join(conf.html_dir, "index.json"), index, compact=True)
        now = util.datetime_to_js_timestamp(datetime.datetime.now(datetime.timezone.utc))
        about = {"asv-version": version("asv"), "timestamp": now}
        util.write_json(os.path.join(conf.html_dir, "info.json"), about)


@contextmanager
def _step(what: str) -> Iterator[None]:
    log.step()
    log.info(what)
    with log.indent():
        yield


def _in_range(table: Table, repo: Repo, range_spec: Any) -> Table:
    """The results of the commits that were asked for."""
    if range_spec is None:
        return table
    if not isinstance(range_spec, list):
        range_spec = repo.get_hashes_from_range(range_spec)
    return Table(table.readable.filter(pl.col("commit").is_in(range_spec)), table.values)


def _params(table: Table, graphs: StoredGraphs) -> dict[str, list[str | None]]:
    """The values of each graph parameter; None where a graph has none of it."""
    values: dict[str, set[str | None]] = {}
    own = [results_table.environment(text) for text in table.readable["environment"].unique()]
    for environment in [*own, *graphs.environments()]:
        for key, value in environment.items():
            values.setdefault(key, set()).add(value)
    return {
        key: sorted(found, key=lambda value: "[none]" if value is None else str(value))
        for key, found in values.items()
    }


Publish.run = staticmethod(run)  # asv has no other way to replace it
