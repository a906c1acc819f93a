"""What the demo has measured: which results are there, and what changed in them."""

from collections.abc import Sequence
from pathlib import Path

from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.repo import Repo
from asv.util import UserError

from tools.alerts import detector
from tools.detection import changes
from tools.detection.changes import Change
from tools.results import lines, metrics, stored, table


def is_complete(conf: Config, machine: str, commit: str, bench: Sequence[str], env: str) -> bool:
    """Whether every selected benchmark and parameter has a value or is known not to apply."""
    try:
        benchmarks = Benchmarks.load(conf, regex=list(bench))
    except (UserError, OSError):
        return False  # nothing was measured yet
    result = stored.results(conf, machine, commit, env)
    if not benchmarks or result is None:
        return False
    for name, benchmark in benchmarks.items():
        values = stored.values(result, benchmark)
        chosen = benchmarks.benchmark_selection.get(name) or range(len(values))
        if not values or any(values[index] is None for index in chosen):
            return False
    return True


def all_changes(conf: Config, repo: Repo) -> list[Change]:
    """The changes in all results of this checkout, the largest first."""
    declared = metrics.load(Path(conf.benchmark_dir) / "metrics.json")
    results = table.read(conf.results_dir)
    revisions = repo.get_revisions(set(results.readable["commit"]))
    on_branch = {branch: set(repo.get_branch_commits(branch)) for branch in conf.branches}
    commits = {revision: commit for commit, revision in revisions.items()}
    detect = detector.from_database(Path(conf.results_dir) / "alerts.sqlite", declared)
    all_series = lines.read(results, Benchmarks.load(conf), revisions, on_branch).series()
    detected = [(measured, detect(measured)) for measured in all_series]
    return changes.of_all(detected, declared, commits, set(conf.branches))
