"""Measure one benchmark at one commit in a fresh process."""

import json
import math
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asv.runner import BENCHMARK_RUN_SCRIPT

from tools.common import paths, process, scratch, untrusted
from tools.common.errors import (
    BuildError,
    MissingError,
    TrackerError,
    UsageError,
    disk_full,
    is_disk_full,
)
from tools.environments import benchmark_variables, confinement
from tools.environments.plan import Plan, plan
from tools.execution import cost_ledger, suite
from tools.execution.commit_environment import CommitEnvironment
from tools.results.series_key import SeriesKey
from tools.sandbox import confined, variables
from tools.sandbox.policy import Policy
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Mirror

# asv's: what one process measures once it has started and warmed up
_ATTRIBUTES = {"repeat": [2, 5, 3.0]}
# (file, line, name): (calls, primitive calls, own seconds, cumulative seconds)
Stats = Mapping[tuple[str, int, str], tuple[Any, ...]]
_READ_PROFILE = """
import json, pstats, sys
stats = pstats.Stats(sys.argv[1]).stats
json.dump([[key, value[:4]] for key, value in stats.items()], open(sys.argv[2], "w"))
"""
_SIZE = 1 << 26  # bytes of a result
_TIMEOUT = 1800.0  # seconds, as a benchmark has by default


class NoValue(TrackerError):
    """The benchmark failed at this commit, took too long, or does not apply to it."""


class TookTooLong(NoValue):
    """It was still running at the end of its time."""


class Laboratory:
    """Measures commits of one stack, the two sides of a comparison in turn.

    A process that still runs at `until` (of time.monotonic) is ended then, and gives no value.
    """

    def __init__(
        self,
        upstreams: Mapping[str, Upstream],
        mirror: Mirror,
        stack: str,
        until: float = math.inf,
    ) -> None:
        self._upstreams, self._mirror = upstreams, mirror
        self._stack, self._until = stack, until
        self._environments: dict[str, CommitEnvironment] = {}  # by side

    def value(self, commit: str, side: str, key: SeriesKey) -> float:
        """The value of a series at a commit, as the `side` "old" or "new" of a comparison.

        Raises NoValue, and what makes an environment impossible as tools.environments.plan does.
        """
        return value(self._environment(commit, side), key, self._until)

    def profile(self, commit: str, side: str, key: SeriesKey) -> Stats:
        """cProfile's statistics of one process that measures a series; raises as `value` does."""
        return profile(self._environment(commit, side), key, self._until)

    def _environment(self, commit: str, side: str) -> CommitEnvironment:
        environment = self._environments.get(side)
        if environment is None or environment.plan.commit.hash != commit:
            try:
                upstream_commit = self._mirror.commit(commit)
            except UsageError as error:  # upstream has rewritten its history since
                raise MissingError(str(error)) from None
            upstream = self._upstreams[upstream_commit.tool]
            commit_plan = plan(upstream, upstream_commit, self._stack, self._mirror)
            environment = self._environments[side] = install(commit_plan, side)
        return environment


def install(commit_plan: Plan, side: str) -> CommitEnvironment:
    """The environment of a plan, apart from those of the other side.

    Two commits are measured in turn, so they must not install over each other. Raises BuildError
    where the plan cannot be installed; UnreachableError, DiskFullError.
    """
    root = paths.ROOT / "env" / f"side-{side}"
    try:
        return CommitEnvironment(commit_plan, commit_plan.make(root))
    except process.ProgramError as error:
        if is_disk_full(error.output, root):
            raise disk_full(str(root)) from None
        commit = commit_plan.commit.hash[:8]
        raise BuildError(f"{commit} cannot be installed: {error.last_line}") from None


def value(environment: CommitEnvironment, key: SeriesKey, until: float = math.inf) -> float:
    """The value of a series at one commit: the median of the samples of a fresh process.

    Raises NoValue with the last line of the process's output, or where the process still ran at
    `until` (of time.monotonic).
    """
    with scratch.temporary() as work:
        answer = _run(environment, key, work, until)
    if isinstance(answer, dict):
        return float(statistics.median(answer["samples"]))  # asv_runner's, each of one call
    if isinstance(answer, (int, float)) and answer == answer:
        return float(answer)
    raise NoValue(f"{key} gives no value at {environment.plan.commit.hash[:8]}")


def profile(environment: CommitEnvironment, key: SeriesKey, until: float = math.inf) -> Stats:
    """cProfile's statistics of a process that measures a series on one thread.

    Raises NoValue as `value` does.
    """
    with scratch.temporary() as work:
        (work / "profile").touch()
        _run(environment, key, work, until, work / "profile")
        return load_profile(work / "profile")


def load_profile(path: Path) -> Stats:
    """What cProfile wrote, without callers; NoValue when it cannot be read.

    Python's own format for it is safe only from a trusted source. So a process in the sandbox
    reads it, and writes JSON beside it.
    """
    home = Path(sys.prefix)
    read = path.with_suffix(".json")
    try:
        confined.run(
            [home / "bin" / "python", "-I", "-c", _READ_PROFILE, path, read],
            Policy(read=tuple(confinement.python(home)), write=(path.parent,)),
            variables.allowed(),
            timeout=60,
        )
        lines = json.loads(untrusted.read_bytes(read, _SIZE))
        return {
            (untrusted.printable(file), int(line), untrusted.printable(name)): (*map(float, rest),)
            for (file, line, name), rest in lines
        }
    except (process.ProgramError, OSError, ValueError, TypeError, RecursionError) as error:
        raise NoValue(f"the profile cannot be read: {error}") from None


def _run(
    environment: CommitEnvironment,
    key: SeriesKey,
    work: Path,
    until: float,
    profile: Path | None = None,
) -> object:
    suite_dir = paths.ROOT / "benchmarks"
    try:
        target = key.target(suite.benchmarks(suite_dir))
    except KeyError:
        raise NoValue(f"{key} is no longer among the benchmarks") from None
    result, own = work / "result.json", work / "scratch"
    own.mkdir()
    command = [
        environment.python, BENCHMARK_RUN_SCRIPT, "run", suite_dir,
        target, json.dumps(_ATTRIBUTES), str(profile), result,
    ]  # fmt: skip
    own_variables = environment.variables(own)
    if profile is not None:
        own_variables["GWAS_PROFILE"] = "1"
    policy = confinement.measuring(
        environment.home,
        (Path(BENCHMARK_RUN_SCRIPT), suite_dir),
        (work, environment.numba_cache()),
    )
    started = time.perf_counter()
    timeout = max(0.0, min(_TIMEOUT, until - time.monotonic()))
    try:
        confined.run(command, policy, own_variables, cwd=work, timeout=timeout)
        return json.loads(untrusted.read_bytes(result, _SIZE))
    except (process.ProgramError, OSError, ValueError, RecursionError) as error:
        last = (str(error).strip().splitlines() or [""])[-1]
        ran_out = isinstance(error, process.ProgramError) and error.returncode is None
        failure = TookTooLong if ran_out else NoValue
        raise failure(f"{key} failed at {environment.plan.commit.hash[:8]}: {last}") from None
    finally:
        cost_ledger.collect(own / benchmark_variables.LEDGER)
        cost_ledger.add(key, key.tool, "process", time.perf_counter() - started)
