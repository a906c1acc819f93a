"""asv's environment plugin `per-commit`: each commit of each tool gets its own packages.

asv's own plugins make Python a parameter of a series, and do not install exact versions.
"""

import atexit
import functools
import json
import multiprocessing
import re
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from asv import util
from asv.console import log
from asv.environment import Environment

from benchmarks._harness import registry
from tools.common import files, paths, scratch
from tools.common.errors import (
    BuildError,
    MissingError,
    TrackerError,
    UnreachableError,
    UsageError,
    explanation,
)
from tools.common.process import ProgramError
from tools.environments import benchmark_variables, locks, machine, programs
from tools.execution import commit_environment, cost_ledger
from tools.execution.benchmark_runner import BenchmarkRunner
from tools.execution.commit_environment import CommitEnvironment
from tools.execution.result_writer import ResultWriter
from tools.results import asv_storage
from tools.results.series_key import SeriesKey
from tools.sandbox import confined, mechanism, variables
from tools.upstreams import config
from tools.upstreams.mirror import Mirror


class PerCommit(Environment):
    """One entry of asv's matrix: a stack. Its packages change with each commit."""

    tool_name = "per-commit"
    _benchmarks: ClassVar[dict[str, Any]] = {}  # by name, once asv has listed them

    def __init__(self, conf: Any, python: str, requirements: dict, tagged_env_vars: dict) -> None:
        if python != "auto":
            raise util.UserError("leave out --python: it is chosen for each commit")
        self._requirements = requirements  # asv names environments before it sets this
        super().__init__(conf, python, requirements, tagged_env_vars)
        self._stack = requirements.get("stack", "frozen")
        self._root = Path(conf.env_dir).absolute()
        self._upstreams = config.load(Path(conf.repo))
        self._writer = ResultWriter(
            conf.results_dir, python, self.name, requirements, self._benchmarks
        )
        self._runner = BenchmarkRunner(self._writer, frozenset(self._upstreams))
        self._installed: str | None = None  # the commit that asv measures now
        self._environment: CommitEnvironment | None = None  # None where its stack has none

    @classmethod
    def matches(cls, python: str) -> bool:
        return python == "auto"

    @property
    def installed_commit_hash(self) -> str | None:
        return self._installed

    def check_presence(self) -> bool:
        return True

    def create(self) -> None:
        """Reserve the machine for this run. Virtual environments are made for each commit."""
        if multiprocessing.parent_process() is not None:
            raise util.UserError(
                "leave out --parallel: benchmarks that run at the same time disturb each other"
            )
        self._root.mkdir(parents=True, exist_ok=True)
        _begin_run(self._root, self._writer.results_dir)
        for tool in filter(programs.find, registry.programs()):
            self._writer.forget_missing(tool)

    def install_project(self, conf: Any, repo: Any, commit_hash: str) -> None:
        """Prepare the commit's environment; asv's ProcessError when that is impossible now."""
        if not re.fullmatch("[0-9a-f]{40}", commit_hash):
            raise UsageError(
                "`asv run TAGS` would store results under names, which no graph shows. Put the "
                "releases into a file, one a line, and use `asv run HASHFILE:FILE`"
            )
        if self._installed == commit_hash or not self._benchmarks:
            return  # asv first lists the benchmarks, which import without any tool
        asv_storage.release()
        self._leave()
        damaged = self._writer.set_aside_damaged(commit_hash)
        if damaged:
            log.warning(f"the result file of {commit_hash[:8]} cannot be read; kept as {damaged}")
        mirror = Mirror(paths.mirror_dir())
        try:
            commit = mirror.commit(commit_hash)
            if commit.tool not in self._upstreams:
                raise UsageError(f"upstreams.toml no longer tracks {commit.tool}")
            self._environment = commit_environment.prepare(
                self._upstreams[commit.tool], commit, self._stack, mirror, self._root
            )
        except (BuildError, MissingError, UnreachableError, ProgramError, UsageError) as error:
            self._skip(commit_hash, error)
        if self._environment:
            lock = self._environment.plan.lock
            path = self._writer.results_dir / "locks" / f"{locks.sha(lock)}.txt"
            files.write_text(path, lock, durable=True)
            atexit.register(self._leave)
        self._installed = commit_hash
        self._set_commit_hash(commit_hash)

    def _leave(self) -> None:
        """End what runs of a commit, and remove what its benchmarks wrote."""
        self._runner.stop()
        if self._environment:
            scratch.remove(self._environment.work)
        self._installed = self._environment = None

    def _skip(self, commit: str, error: TrackerError) -> NoReturn:
        """Report a commit that cannot be measured; asv goes on with the next."""
        log.error(f"{commit[:8]} ({self._stack}): {error}")
        # the next run tries again what this machine lacks today: an interpreter, the network
        self._writer.protect(commit, may_fail=isinstance(error, BuildError))
        raise util.ProcessError([commit], 1, "", str(error)) from None

    def run(self, args: list[str], **options: Any) -> Any:
        """Run one of asv's scripts: `run` measures a benchmark, `discover` lists them."""
        command = args[1] if len(args) > 1 else ""
        options.pop("env", None)
        env = self._variables()
        if command == "run":
            key = SeriesKey.of_target(args[3], self._benchmarks)
            try:
                output, status = self._runner.run(
                    self._environment, key, args, {**options, "env": env}
                )
            except (KeyboardInterrupt, OSError) as error:  # asv does not say what to do next
                raise (explanation(error) or TrackerError(str(error))) from error
            return output, "", status
        if command != "discover":
            raise UsageError(
                f"benchmarks with {command} are not supported: prepare data in datasets/, or in "
                "setup"
            )
        # on the tracker's Python: benchmarks import without any tool
        output = util.check_output([sys.executable, *args], env=env, **options)
        # `asv find` writes them nowhere else
        listed = json.loads(Path(args[3]).read_text())
        self._benchmarks.update({benchmark["name"]: benchmark for benchmark in listed})
        return output

    def _variables(self) -> dict[str, str]:
        own = self._environment.variables(self._environment.work) if self._environment else {}
        return {**variables.allowed(benchmark_variables.SETTINGS), **self._global_env_vars, **own}


@functools.cache  # asv makes one environment a stack, and a run begins once
def _begin_run(root: Path, results: Path) -> ExitStack:
    """Hold the measuring lock of `root` until this process ends, and start a ledger."""
    machine.require_space("an asv run", root, results, environments=1)
    held = ExitStack()  # which the cache keeps; the operating system releases the lock
    held.enter_context(machine.measuring_lock(root))
    confined.remove_folders_of_the_dead()
    log.info(mechanism.description())
    cost_ledger.start()
    return held


machine.ensure_described()
