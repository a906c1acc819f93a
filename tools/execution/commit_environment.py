"""The environment of one commit on one stack, ready to run benchmarks."""

import time
from dataclasses import dataclass
from pathlib import Path

from asv.console import log

from tools.common import paths, scratch
from tools.common.errors import BuildError, TrackerError, disk_full, is_disk_full
from tools.environments import benchmark_variables, failures
from tools.environments.plan import NotCovered, Plan, plan
from tools.execution import cost_ledger
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Commit, Mirror


@dataclass(frozen=True)
class CommitEnvironment:
    """What the benchmarks of a commit run in."""

    plan: Plan
    home: Path  # the virtual environment

    @property
    def python(self) -> Path:
        return self.home / "bin" / "python"

    @property
    def work(self) -> Path:
        """The scratch folder for what benchmarks write during an `asv run`."""
        return paths.scratch(f"{self.plan.commit.hash[:12]}-{self.plan.stack}")

    @property
    def written(self) -> tuple[Path, ...]:
        """The folders that benchmarks may change during an `asv run`."""
        return self.work, self.numba_cache()

    def numba_cache(self) -> Path:
        """The folder of numba's compiled code, made when it is missing."""
        folder = benchmark_variables.numba_cache(self.plan, self.home)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def variables(self, work: Path) -> dict[str, str]:
        """The environment variables of benchmark processes that write to `work`."""
        return benchmark_variables.variables(self.plan, self.home, work)


def prepare(
    upstream: Upstream, commit: Commit, stack: str, mirror: Mirror, root: Path
) -> CommitEnvironment | None:
    """Build and install a commit below `root`, the folder of virtual environments.

    Also makes its scratch folder, which the caller removes.

    None where the stack does not cover the commit: nothing is measured. Raises BuildError (also
    for a build that failed before: see failures), MissingError, UnreachableError or ProgramError
    when this commit cannot be measured now; DiskFullError.
    """
    started = time.perf_counter()
    failure = failures.find(commit.tool, commit.hash, stack)
    if failure:
        raise BuildError(
            f"{failure.reason}\n  log: {failure.log}; "
            f"`python -m tools environments retry {commit.hash[:8]}` tries it again"
        )
    try:
        commit_plan = plan(upstream, commit, stack, mirror)
        environment = CommitEnvironment(commit_plan, commit_plan.make(root))
    except NotCovered as error:
        log.info(f"{error}: nothing to measure")
        return None
    except TrackerError as error:
        output = getattr(error, "output", "") or str(error)
        if is_disk_full(output, root):  # not the commit's fault: it must be tried again
            raise disk_full(str(root)) from None
        if isinstance(error, BuildError):
            reason = str(error).splitlines()[0]
            failures.record(commit.tool, commit.hash, stack, reason, output)
        raise
    finally:
        cost_ledger.add(None, commit.tool, "environment", time.perf_counter() - started)
    scratch.make(environment.work.name)
    return environment
