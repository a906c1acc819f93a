"""The outcome of a run for each commit, and the values that commits lost."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl
from asv.benchmarks import Benchmarks
from asv.config import Config

from tools.environments import failures
from tools.execution import asv_run
from tools.nightly.history import History
from tools.results import table
from tools.results.series_key import SeriesKey

_SHOWN = 3  # benchmarks in a warning


@dataclass(frozen=True)
class Outcomes:
    """The commits of a run by outcome."""

    reached: list[str]  # benchmarks have run, though some or all may have failed
    unbuilt: list[str]  # they do not build; a later night does not try again
    missed: list[str]  # something was not available, such as the package index


def unbuilt(stack: str) -> dict[str, str]:
    """The commits that do not build on a stack, with the reasons."""
    recorded = failures.recorded()
    return {failure.commit: failure.reason for failure in recorded if failure.stack == stack}


def of(conf: Config, stack: str, machine: str, commits: Sequence[str]) -> Outcomes:
    """The outcomes of an `asv run` that ended by itself."""
    failed = unbuilt(stack)
    # a commit that could not be measured at all has no result file
    files = table.read(conf.results_dir).of(machine, asv_run.environment(stack))
    left, measured = [commit for commit in commits if commit not in failed], set(files["commit"])
    return Outcomes(
        reached=[commit for commit in left if commit in measured],
        unbuilt=[commit for commit in commits if commit in failed],
        missed=[commit for commit in left if commit not in measured],
    )


def losses(conf: Config, stack: str, history: History, commits: Collection[str]) -> list[str]:
    """A line for each of these commits that lost values which the commit before it has.

    `history` has their results. Nothing else reports a tool that no longer builds, or a benchmark
    that fails, takes longer than its limit or gives a wrong answer.
    """
    broken_builds, failed = unbuilt(stack), _failed(conf, history.machine, stack, commits)
    revisions = {commit: revision for revision, commit in history.hashes.items()}
    lines = []
    for tool, branch in history.branches.items():
        of_tool = [series for series in history.of_stack(stack) if series.branch == tool]
        measured_at = [set(series.revisions) for series in of_tool]
        measured = set().union(*measured_at)
        for commit in (commit for commit in branch if commit in commits):
            if commit in broken_builds:
                if commit == branch[0]:
                    lines.append(
                        f"{tool}: its newest commit cannot be built: {broken_builds[commit]}"
                    )
                continue
            before = max((at for at in measured if at < revisions[commit]), default=None)
            lost = [
                str(series.key)
                for series, at in zip(of_tool, measured_at, strict=True)
                if before in at and revisions[commit] not in at and (commit, series.key) in failed
            ]
            if lost and before is not None:
                more = ", ..." if len(lost) > _SHOWN else ""
                lines.append(
                    f"{tool} {commit[:8]}: {len(lost)} benchmarks failed that did not at "
                    f"{history.hashes[before][:8]}: {', '.join(lost[:_SHOWN])}{more}"
                )
    return lines


def _failed(
    conf: Config, machine: str, stack: str, commits: Collection[str]
) -> set[tuple[str, SeriesKey]]:
    """The commits and series where a benchmark ran and gave no value."""
    benchmarks, results = Benchmarks.load(conf), table.read(conf.results_dir)
    files = results.of(machine, asv_run.environment(stack))
    files = files.filter(pl.col("commit").is_in(list(commits)))
    rows = (
        results.values.join(files.lazy(), on="number")
        .filter(pl.col("value").is_null())
        .select("commit", "benchmark", "parameters", "version")
        .collect()
    )
    failed = set()
    for commit, name, values, version in rows.iter_rows():
        benchmark = benchmarks.get(name)
        if benchmark and version in (None, benchmark["version"]):
            parameters = zip(benchmark["param_names"], json.loads(values), strict=False)
            failed.add((commit, SeriesKey.of(name, dict(parameters))))
    return failed
