"""The results of this checkout as a night reads them: series, commits and change points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from asv.benchmarks import Benchmarks
from asv.config import Config

from tools.alerts import membership
from tools.alerts.detector import detector
from tools.alerts.events import Event
from tools.alerts.grouping import Detection, count_measured, detections_of, group, scope_of
from tools.alerts.recording import record
from tools.alerts.store import Store
from tools.common import paths
from tools.results import asv_storage, metrics, table
from tools.results import lines as results_lines
from tools.results.series import Series
from tools.results.series_key import SeriesKey
from tools.upstreams.asv_repo import UnionRepo


@dataclass(frozen=True)
class History:
    """All series, the commit of each revision, and the commits of each tool."""

    series: list[Series]
    hashes: Mapping[int, str]
    branches: Mapping[str, Sequence[str]]  # newest first; releases where the index is the source
    machine: str  # this one; results may be of others as well

    @classmethod
    def read(cls, conf: Config, tools: Sequence[str]) -> History:
        """Read the results of this checkout at the commits of some tools; none before any run."""
        repo = UnionRepo(conf.repo, conf.project)
        branches = {tool: repo.get_branch_commits(tool) for tool in tools}
        revisions = repo.get_revisions(
            {commit for branch in branches.values() for commit in branch}
        )
        on_branch = {tool: set(branch) for tool, branch in branches.items()}
        series = []
        if (Path(conf.results_dir) / "benchmarks.json").exists():
            benchmarks, results = Benchmarks.load(conf), table.read(conf.results_dir)
            series = results_lines.read(results, benchmarks, revisions, on_branch).series()
        hashes = {revision: commit for commit, revision in revisions.items()}
        return cls(series, hashes, branches, asv_storage.machine_name())

    def of_stack(self, stack: str) -> list[Series]:
        """The series of one stack on this machine."""
        return [one for one in self.series if scope_of(one)[1:] == (stack, self.machine)]

    def measured(self, stack: str) -> set[str]:
        """The commits that have any value on a stack of this machine."""
        revisions = set().union(*(series.revisions for series in self.of_stack(stack)))
        return {self.hashes[revision] for revision in revisions}

    def newest_timings(self, stack: str) -> list[tuple[str, SeriesKey]]:
        """(commit, series) of each timing at the newest commit of each tool that has any."""
        timings = [series for series in self.of_stack(stack) if ".time_" in series.benchmark]
        newest: dict[str, int] = {}
        for series in timings:
            last = series.points[-1].revision
            newest[series.branch] = max(last, newest.get(series.branch, last))
        return [
            (self.hashes[series.points[-1].revision], series.key)
            for series in timings
            if series.points[-1].revision == newest[series.branch]
        ]

    def record(self, store: Store, tools: frozenset[str]) -> list[Event]:
        """Detect changes in all series; returns the events that are new in the store."""
        candidates = group(self._detections(store, tools), count_measured(self.series, tools))
        return record(candidates, store, self.hashes)

    def prune(self, store: Store, tools: frozenset[str]) -> None:
        """Remove from events whose commit is known the series that it does not explain."""
        revisions = {commit: revision for revision, commit in self.hashes.items()}
        membership.prune(store, self._detections(store, tools), revisions)

    def _detections(self, store: Store, tools: frozenset[str]) -> list[Detection]:
        declared = metrics.load(paths.ROOT / "benchmarks" / "metrics.json")
        detections = detections_of(self.series, detector(store, declared), declared, tools)
        # two tools may follow branches of one repository: a change before the fork is one event
        owners = {
            commit: tool
            for tool in reversed(list(self.branches))
            for commit in self.branches[tool]
        }
        return [
            detection
            for detection in detections
            if owners.get(self.hashes[detection.new], detection.scope[0]) == detection.scope[0]
        ]
