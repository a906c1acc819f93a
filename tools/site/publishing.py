"""`asv publish` from the table of results: the same files as asv's own, in less time.

asv reads every result file three times and detects steps in every graph. Here the results come
from the table of points, and the levels from our detector. A file that would be the same is not
written again. asv's publishers of pages run unchanged, except that of its regressions:
tools.site.regressions writes those.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
from tools.common import files
from tools.common.errors import BusyError, explanation
from tools.results import lines, metrics
from tools.results import table as results_table
from tools.results.asv_reading import machine_facts
from tools.results.table import Table
from tools.site.graphs import Publication
from tools.site.staging import Staging, staging

_TEMPLATE = Path(asv.__file__).parent / "www"
_LONGEST = 300  # characters of a reason


def run(conf: Any, range_spec: Any = None, pull: bool = True) -> None:
    """asv's Publish.run."""
    live = conf.html_dir
    try:
        repo, benchmarks = get_repo(conf), Benchmarks.load(conf)
        with staging(Path(live)) as site:
            conf.html_dir = str(site.folder)
            _make(conf, repo, benchmarks, site, range_spec, pull)
    except Exception as error:
        if not isinstance(error, BusyError):  # another process publishes the site
            _note_failure(Path(live) / "info.json", error)
        raise
    finally:
        conf.html_dir = live


def _note_failure(info: Path, error: Exception) -> None:
    """Write into the old site when and why publishing failed. The next good publish removes it.

    Readers get only texts that are written for people, without the path of the checkout.
    """
    text = error if isinstance(error, util.UserError) else explanation(error)
    why = str(text or f"{type(error).__name__}, an error of the tracker").partition("\n")[0]
    why = why.replace(f"{Path.cwd()}{os.sep}", "")[:_LONGEST]
    now = datetime.datetime.now(datetime.timezone.utc)
    with suppress(OSError, ValueError):  # without a site, or on a full disk, the error is enough
        content = json.loads(info.read_text(encoding="utf-8"))
        content["failed"] = {"at": f"{now:%Y-%m-%d %H:%M} UTC", "why": why}
        files.write_json(info, content)


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
        machine_files = iter_machine_files(conf.results_dir)
        listed = [machine_facts(path) for path in machine_files]
    with _step("Loading results"):
        table = _in_range(results_table.read(conf.results_dir), repo, range_spec)
        if pull:
            repo.pull()
        tags = repo.get_tags()
        dates = dict(table.readable["commit", "date"].iter_rows())
        dates |= {commit: repo.get_date_from_name(commit) for commit in tags.values()}
        revisions = repo.get_revisions(dates)
        branches = {branch: list(repo.get_branch_commits(branch)) for branch in conf.branches}
        for commit in sorted(set(table.readable["commit"]).difference(*branches.values())):
            named = ", ".join(branches)
            log.warning(f"Couldn't find {commit[: conf.hash_length]} in branches ({named})")
        sets = {branch: set(commits) for branch, commits in branches.items()}
        drawn = lines.read(table, benchmarks, revisions, sets, samples=True)
    with _step("Detecting change points and generating graphs"):
        detect = detector.from_database(Path(conf.results_dir) / "alerts.sqlite", declared)
        detected = [(series, detect(series)) for series in drawn.series()]
        graphs = Publication(site, table, drawn, declared, detected, branches)
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
    """The results of the commits in the range; all results where there is no range."""
    if range_spec is None:
        return table
    if not isinstance(range_spec, list):
        range_spec = repo.get_hashes_from_range(range_spec)
    return Table(table.readable.filter(pl.col("commit").is_in(range_spec)), table.values)


def _params(table: Table, graphs: Publication) -> dict[str, list[str | None]]:
    """The values of each graph parameter; None is that of a graph without the parameter."""
    values: dict[str, set[str | None]] = {}
    own = [results_table.environment(text) for text in table.readable["environment"].unique()]
    for environment in [*own, *graphs.environments()]:
        for key, value in environment.items():
            values.setdefault(key, set()).add(value)
    return {
        key: sorted(choices, key=lambda value: "[none]" if value is None else str(value))
        for key, choices in values.items()
    }


Publish.run = staticmethod(run)  # asv has no other way
