"""One benchmark at one commit, in a fresh process: a single number, whenever it is asked for."""

from __future__ import annotations

import json
import math
import pstats
import shutil
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asv.runner import BENCHMARK_RUN_SCRIPT

from tools.common import paths, process
from tools.common.errors import (
    BuildError,
    MissingError,
    TrackerError,
    UsageError,
    disk_full,
    is_disk_full,
)
from tools.environments import benchmark_variables
from tools.environments.plan import Plan, plan
from tools.execution import benchmark_server, cost_ledger, suite
from tools.results.series_key import SeriesKey
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Commit, Mirror

# asv's: what one process measures once it has started and warmed up
_ATTRIBUTES = {"repeat": [2, 5, 3.0]}
# (file, line, name): (calls, primitive calls, own seconds, cumulative seconds, callers)
Stats = Mapping[tuple[str, int, str], tuple[Any, ...]]
_TIMEOUT = 1800.0  # seconds, as a benchmark has by default


class NoValue(TrackerError):
    """The benchmark failed at this commit, took too long, or does not apply to it."""


class TookTooLong(NoValue):
    """It was still running at the end of its time."""


@dataclass(frozen=True)
class Side:
    """A commit that is ready to be measured, in an environment that no other side shares."""

    commit: Commit
    plan: Plan
    home: Path


class Laboratory:
    """Measures commits of one stack, two of them side by side.

    A process that still runs at `until` (of time.monotonic) is ended then, and gives no value.
    """

    def __init__(
        self,
        upstreams: Mapping[str, Upstream],
        mirror: Mirror,
        stack: str,
        until: float = math.inf,
    ) -> None:
        self._upstreams = upstreams
        self._mirror = mirror
        self._stack = stack
        self._until = until
        self._sides: dict[str, Side] = {}

    def value(self, commit: str, place: str, key: SeriesKey) -> float:
        """The value of a series at a commit, whose environment is kept at `place` meanwhile.

        Raises NoValue, and what makes an environment impossible as tools.environments.plan does.
        """
        return value(self._side(commit, place), key, self._until)

    def profile(self, commit: str, place: str, key: SeriesKey) -> Stats:
        """cProfile's statistics of one process that measures a series; raises as `value` does."""
        return profile(self._side(commit, place), key, self._until)

    def _side(self, commit: str, place: str) -> Side:
        side = self._sides.get(place)
        if side is None or side.commit.hash != commit:
            try:
                upstream_commit = self._mirror.commit(commit)
            except UsageError as error:  # upstream has rewritten its history since
                raise MissingError(str(error)) from None
            upstream = self._upstreams[upstream_commit.tool]
            side = self._sides[place] = ready(
                upstream, upstream_commit, self._stack, self._mirror, place
            )
        return side


def ready(upstream: Upstream, commit: Commit, stack: str, mirror: Mirror, name: str) -> Side:
    """Make one side of a comparison ready; `name` tells it from the other side.

    Two sides are measured in turn, so they must not install over each other. Raises BuildError,
    NotCovered or MissingError as tools.environments.plan does, and as `installed` does.
    """
    made = plan(upstream, commit, stack, mirror)
    return Side(commit, made, installed(made, paths.ROOT / "env" / f"side-{name}"))


def installed(made: Plan, root: Path) -> Path:
    """The environment below `root` with what the plan says in it.

    Raises BuildError where that cannot be installed; UnreachableError, DiskFullError.
    """
    try:
        return made.make(root)
    except process.ProgramError as error:
        if is_disk_full(error.output, root):
            raise disk_full(str(root)) from None
        last = (error.output.strip().splitlines() or [str(error)])[-1].strip()
        raise BuildError(f"{made.commit.hash[:8]} cannot be installed: {last}") from None


def value(side: Side, key: SeriesKey, until: float = math.inf) -> float:
    """The value of a series at one commit: the median of the samples of a fresh process.

    Raises NoValue with the process's last words, or where it ran at `until` (time.monotonic).
    """
    work = Path(tempfile.mkdtemp(prefix="side-", dir=_folder()))
    try:
        answer = _run(side, key, work, until)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if isinstance(answer, dict):
        return float(statistics.median(answer["samples"]))  # asv_runner's, each of one call
    if isinstance(answer, (int, float)) and answer == answer:
        return float(answer)
    raise NoValue(f"{key} gives no value at {side.commit.hash[:8]}")


def profile(side: Side, key: SeriesKey, until: float = math.inf) -> Stats:
    """cProfile's statistics of a process that measures a series on one thread.

    Raises NoValue as `value` does.
    """
    work = Path(tempfile.mkdtemp(prefix="side-", dir=_folder()))
    try:
        (work / "profile").touch()
        _run(side, key, work, until, work / "profile")
        return load_profile(work / "profile")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def load_profile(path: Path) -> Stats:
    """What cProfile wrote."""
    return pstats.Stats(str(path)).stats  # type: ignore[attr-defined]  # documented, not typed


def _run(
    side: Side, key: SeriesKey, work: Path, until: float, profile: Path | None = None
) -> object:
    suite_dir = paths.ROOT / "benchmarks"
    try:
        target = key.target(suite.benchmarks(suite_dir))
    except KeyError:
        raise NoValue(f"{key} is no longer among the benchmarks") from None
    result = work / "result.json"
    command = [
        side.home / "bin" / "python", BENCHMARK_RUN_SCRIPT, "run", suite_dir,
        target, json.dumps(_ATTRIBUTES), str(profile), result,
    ]  # fmt: skip
    variables = benchmark_variables.variables(
        side.plan, side.home, work / "scratch", cost_ledger.path()
    )
    variables[benchmark_server.MARK] = mark = benchmark_server.new_mark()
    if profile is not None:
        variables["GWAS_PROFILE"] = "1"
    started = time.perf_counter()
    timeout = max(0.0, min(_TIMEOUT, until - time.monotonic()))
    try:
        process.run(
            command, env={**benchmark_variables.REMOVED, **variables}, cwd=work, timeout=timeout
        )
        return json.loads(result.read_text())
    except (process.ProgramError, OSError, ValueError) as error:
        last = (str(error).strip().splitlines() or [""])[-1]
        ran_out = isinstance(error, process.ProgramError) and error.returncode is None
        failure = TookTooLong if ran_out else NoValue
        raise failure(f"{key} failed at {side.commit.hash[:8]}: {last}") from None
    finally:
        cost_ledger.add(key, key.tool, "process", time.perf_counter() - started)
        benchmark_server.kill_marked(mark)  # JVMs and workers that left the process's tree


def _folder() -> Path:
    folder = paths.scratch()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
