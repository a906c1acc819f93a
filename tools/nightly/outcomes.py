"""What became of the commits of a run: finished, not built, or missed; values that were lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from asv.benchmarks import Benchmarks
from asv.config import Config

from tools.environments import failures
from tools.execution import asv_run
from tools.nightly.history import History
from tools.results import stored
from tools.results.series import Series

_SHOWN = 3  # benchmarks in a warning


@dataclass(frozen=True)
class Outcomes:
    """Commits by what became of them."""

    reached: list[str]  # benchmarks have run, though some or all may have failed
    unbuilt: list[str]  # they do not build; a later night does not try again
    missed: list[str]  # something was not available, such as the package index


def unbuilt(stack: str) -> dict[str, str]:
    """The commits that do not build on a stack, with the reasons."""
    return {one.commit: one.reason for one in failures.recorded() if one.stack == stack}


def of(conf: Config, stack: str, machine: str, commits: Sequence[str]) -> Outcomes:
    """What became of the commits of an `asv run` that ended by itself."""
    failed = unbuilt(stack)
    left = [commit for commit in commits if commit not in failed]
    # a commit that could not be measured at all has no result file
    env = asv_run.environment(stack)
    stored_of = {one: stored.results(conf, machine, one, env) is not None for one in left}
    return Outcomes(
        reached=[one for one in left if stored_of[one]],
        unbuilt=[one for one in commits if one in failed],
        missed=[one for one in left if not stored_of[one]],
    )


def silent(conf: Config, stack: str, history: History, commits: Collection[str]) -> list[str]:
    """A line for each of these commits that lost values which the commit before it has.

    `history` has their results. Nothing else reports a tool that no longer builds, or a benchmark
    that fails, takes longer than its limit or gives a wrong answer.
    """
    failing, benchmarks = unbuilt(stack), Benchmarks.load(conf)
    revisions = {commit: revision for revision, commit in history.hashes.items()}
    lines = []
    for tool, branch in history.branches.items():
        own = [series for series in history.of_stack(stack) if series.branch == tool]
        measured = {point.revision for series in own for point in series.points}
        for commit in (commit for commit in branch if commit in commits):
            if commit in failing:
                if commit == branch[0]:
                    lines.append(f"{tool}: its newest commit cannot be built: {failing[commit]}")
                continue
            result = stored.results(conf, history.machine, commit, asv_run.environment(stack))
            earlier = [revision for revision in measured if revision < revisions[commit]]
            if result is None or not earlier:
                continue
            before = max(earlier)
            lost = [
                str(series.key)
                for series in own
                if _has(series, before)
                and not _has(series, revisions[commit])
                and _failed(stored.values(result, benchmarks[series.benchmark]), series.index)
            ]
            if lost:
                more = ", ..." if len(lost) > _SHOWN else ""
                lines.append(
                    f"{tool} {commit[:8]}: {len(lost)} benchmarks failed that did not at "
                    f"{history.hashes[before][:8]}: {', '.join(lost[:_SHOWN])}{more}"
                )
    return lines


def _has(series: Series, revision: int) -> bool:
    return any(point.revision == revision for point in series.points)


def _failed(values: Sequence[float | None], index: int | None) -> bool:
    at = index or 0
    return at < len(values) and values[at] is None
