"""From all results to events: read the series, detect, and put what is new into the store."""

from __future__ import annotations

from collections.abc import Sequence

from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.results import iter_results

from tools.alerts.candidates import count_measured, group, record, steps_of, target_of
from tools.alerts.detect import find_changes
from tools.alerts.events import Event, Store
from tools.common import paths
from tools.site import changes, metrics
from tools.site.series import Point, Series, read
from tools.upstreams.asv_repo import UnionRepo

# A short history shows nothing to a detector that looks at levels; two neighbours whose samples
# lie well apart are then a candidate. The confirmation, not this, keeps false alarms away.
_SHORT = 20


def detect(points: Sequence[Point]) -> list[int]:
    """The index of the first point after each change of a series."""
    found = set(find_changes([point.value for point in points]))
    if len(points) < _SHORT:
        at = {point.revision: place for place, point in enumerate(points)}
        steps = changes.detect_steps(points)
        found |= {at[one.new] for one in changes.differences(points, steps)}
    return sorted(found)


def newest_timings(conf: Config, stack: str) -> list[tuple[str, str]]:
    """(commit, target) of each timing at the newest commit of each tool that has any."""
    all_series, hashes = _read(conf)
    timings = [
        one
        for one in all_series
        if one.environment.get("stack") == stack and ".time_" in one.benchmark
    ]
    newest: dict[str, int] = {}
    for one in timings:
        last = one.points[-1].revision
        newest[one.branch] = max(last, newest.get(one.branch, last))
    return [
        (hashes[one.points[-1].revision], target_of(one))
        for one in timings
        if one.points[-1].revision == newest[one.branch]
    ]


def events_of(conf: Config, store: Store, tools: frozenset[str]) -> list[Event]:
    """Detect over all results of this checkout; the events that are new in the store."""
    declared = metrics.load(paths.ROOT / "benchmarks" / "metrics.json")
    series, hashes = _read(conf)
    steps = steps_of(series, detect, declared, tools)
    return record(group(steps, count_measured(series, tools)), store, hashes)


def _read(conf: Config) -> tuple[list[Series], dict[int, str]]:
    """All series of this checkout, and the commit of each revision on their axis."""
    repo = UnionRepo(conf.repo, conf.project)
    results = list(iter_results(conf.results_dir))
    revisions = repo.get_revisions({result.commit_hash for result in results})
    branches = {branch: set(repo.get_branch_commits(branch)) for branch in conf.branches}
    series = read(results, Benchmarks.load(conf), revisions, branches)
    return series, {revision: commit for commit, revision in revisions.items()}
