"""asv's environment plugin `per-commit`: the right stack for every commit of every tool."""

from __future__ import annotations

import atexit
import json
import multiprocessing
import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

from asv import util
from asv.console import log
from asv.environment import Environment

from benchmarks._harness import registry
from tools.common import files, paths
from tools.common.errors import (
    BuildError,
    Interrupted,
    MissingError,
    TrackerError,
    UnreachableError,
    UsageError,
    from_os_error,
    is_no_room,
    no_room,
)
from tools.common.process import ProgramError
from tools.environments import benchmark_variables, failures, locks, machine, programs
from tools.environments.plan import NotCovered, Plan, plan
from tools.execution import applicability, benchmark_server, cost_ledger, interference
from tools.execution.claim import claim
from tools.execution.provenance import record
from tools.execution.result_writer import Keeper
from tools.results.series_key import SeriesKey
from tools.upstreams import config
from tools.upstreams.mirror import Commit, Mirror


class PerCommit(Environment):
    """One entry of asv's matrix (a stack); what is in it changes with each commit."""

    tool_name = "per-commit"
    _benchmarks: ClassVar[dict[str, Any]] = {}  # by name, once asv has listed them

    def __init__(self, conf: Any, python: str, requirements: dict, tagged_env_vars: dict) -> None:
        if python != "auto":
            raise util.UserError("leave out --python: it is chosen for each commit")
        self._requirements = requirements  # asv names environments before it sets this
        super().__init__(conf, python, requirements, tagged_env_vars)
        self._stack = requirements.get("stack", "frozen")
        self._root = Path(conf.env_dir).absolute()
        self._keeper = Keeper(conf.results_dir, python, self.name, requirements, self._benchmarks)
        self._results_dir = Path(conf.results_dir).absolute()
        self._upstreams = config.load(Path(conf.repo))
        self._installed: str | None = None
        self._plan: Plan | None = None
        self._home: Path | None = None
        self._commit: Commit | None = None
        self._servers: dict[
            str, benchmark_server.Server
        ] = {}  # by the number of cores, and one for controls

    @classmethod
    def matches(cls, python: str) -> bool:
        return python == "auto"

    @property
    def installed_commit_hash(self) -> str | None:
        return self._installed

    def check_presence(self) -> bool:
        return True

    def create(self) -> None:
        """Environments are made for each commit; here only the machine is claimed."""
        if multiprocessing.parent_process() is not None:
            raise util.UserError(
                "leave out --parallel: what runs at once disturbs each other's numbers"
            )
        self._root.mkdir(parents=True, exist_ok=True)
        claim(self._root)
        for tool in filter(programs.find, registry.programs()):
            self._keeper.forget_missing(tool)

    def install_project(self, conf: Any, repo: Any, commit_hash: str) -> None:
        """Make ready what measures this commit; asv's ProcessError when it cannot be had."""
        if not re.fullmatch("[0-9a-f]{40}", commit_hash):
            raise UsageError(
                "`asv run TAGS` would store results under names, which no graph shows. Put the "
                "releases into a file, one a line, and use `asv run HASHFILE:FILE`"
            )
        if self._installed == commit_hash or not self._benchmarks:
            return  # asv first lists the benchmarks, which import without any tool
        self._installed = self._plan = None
        self._keeper.give_back()
        self._stop_servers()
        mirror = Mirror(paths.mirror_dir())
        commit = mirror.commit(commit_hash)
        self._commit = commit
        upstream = self._upstreams[commit.tool]
        damaged = self._keeper.set_aside_damaged(commit_hash)
        if damaged:
            log.warning(f"the result file of {commit_hash[:8]} cannot be read; kept as {damaged}")
        started = time.perf_counter()
        known = failures.recall(commit.tool, commit.hash, self._stack)
        try:
            if known:
                raise BuildError(
                    f"{known.reason}\n  log: {known.log}; not tried again until "
                    f"`python -m tools environments forget {commit.hash[:8]}`"
                )
            self._plan = plan(upstream, commit, self._stack, mirror)
            self._home = self._plan.make(self._root)
        except NotCovered as reason:
            log.info(f"{reason}: nothing to measure")
        except (BuildError, MissingError, UnreachableError, ProgramError) as error:
            self._give_up(commit, error, remember=not known)
        except TrackerError as error:
            full = is_no_room(getattr(error, "output", ""), self._root)
            raise (no_room(str(self._root)) if full else error) from None
        finally:
            cost_ledger.add(None, commit.tool, "environment", time.perf_counter() - started)
        self._commit_date = int(commit.date.timestamp() * 1000)
        self._work = paths.scratch(f"{commit.hash[:12]}-{self._stack}")
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(parents=True)
        if self._plan:
            lock_file = self._results_dir / "locks" / f"{locks.sha(self._plan.lock)}.txt"
            files.write_text(lock_file, self._plan.lock)
        self._installed = commit_hash
        self._set_commit_hash(commit_hash)

    def _give_up(self, commit: Commit, error: TrackerError, remember: bool) -> None:
        """Report a commit that cannot be measured, and let asv go on with the next."""
        output = getattr(error, "output", "") or str(error)
        if is_no_room(output, self._root):  # not the commit's fault: nothing to remember
            raise no_room(str(self._root)) from None
        log.error(f"{commit.tool} {commit.hash[:8]} ({self._stack}): {error}")
        # what this machine lacks today (an interpreter, the network) is tried again
        self._keeper.hold(commit.hash, may_fail=isinstance(error, BuildError))
        atexit.register(self._keeper.give_back)
        if remember and isinstance(error, BuildError):
            reason = str(error).splitlines()[0]
            failure = failures.Failure(commit.tool, commit.hash, self._stack, reason, "")
            failures.remember(failure, output)
        raise util.ProcessError([commit.hash], 1, "", str(error)) from None

    def run(self, args: list[str], **kwargs: Any) -> Any:
        """Run Python in the environment; benchmark processes get their own care."""
        command = args[1] if len(args) > 1 else ""
        if command == "run":
            try:
                return self._measure(args, kwargs)
            except KeyboardInterrupt:  # asv would say so, but not what to do
                raise Interrupted from None
            except OSError as error:
                raise (from_os_error(error) or TrackerError(str(error))) from error
        env = self._environment(kwargs.pop("env", os.environ))
        output = util.check_output([self._python_program(), *args], env=env, **kwargs)
        if command == "discover":  # `asv find` writes them nowhere else
            listed = json.loads(Path(args[3]).read_text())
            self._benchmarks.update({benchmark["name"]: benchmark for benchmark in listed})
        return output

    def _measure(self, args: list[str], kwargs: dict[str, Any]) -> tuple[str, str, int]:
        """One benchmark process: (output, "", exit status); its result is saved at once."""
        key, result_file = SeriesKey.of_target(args[3], self._benchmarks), args[6]
        if self._plan is None or not self._applies(key):
            return _not_applicable(result_file)
        assert self._commit is not None
        tool = key.tool
        if tool in registry.programs() and programs.find(tool) is None:
            self._keeper.note_missing(tool, self._commit.hash)
            return _not_applicable(result_file)
        reason = applicability.reason_against(key)
        if reason is not None:
            _not_applicable(result_file)
            return f"asv: skipped: {reason}\n", "", 0
        watch = interference.Watch("GWAS_WORK", str(self._work))
        started = time.perf_counter()
        output, status = self._run_forked(key, args, kwargs)
        seconds = time.perf_counter() - started
        others_had = watch.cores()
        if status != 0 and is_no_room(output, self._work, self._results_dir):
            raise no_room(str(key))
        cost_ledger.add(key, key.tool, "process", seconds)
        if status == 0 and _saving():
            self._keeper.add(self._commit.hash, self._commit_date, key, result_file, output)
            record(
                self._results_dir / self._keeper.machine()["machine"],
                self._plan,
                self.name,
                key,
                seconds,
                others_had,
                control=self._is_control(key),
            )
        return output, "", status

    def _run_forked(
        self, key: SeriesKey, args: list[str], kwargs: dict[str, Any]
    ) -> tuple[str, int]:
        """Run one benchmark in a fork of the server for its number of cores."""
        cores = key.plain.get("cores", "1")
        script, _, benchmark_dir, target, params, profile, result_file = args
        command = {
            "benchmark_id": target,
            "params_str": params,
            "profile_path": profile,
            "result_file": result_file,
            "cwd": kwargs["cwd"],
        }
        # What no commit is to change gets nothing of a commit's environment: the tracker's own
        # Python and numpy, and a small process, as a fork of one full of libraries takes longer.
        is_control = self._is_control(key)
        name = "controls" if is_control else cores
        try:
            server = self._servers.get(name)
            if server is None or not server.alive:
                env = self._environment(kwargs["env"])
                if not is_control:
                    # imported before a benchmark, tools must see the threads that it may use
                    env["GWAS_PRELOAD"] = cores
                python = sys.executable if is_control else self._python_program()
                command_line = [python, script, "run_server", benchmark_dir]
                server = self._servers[name] = benchmark_server.Server(command_line, env)
                atexit.register(server.close)
            return server.run(command, kwargs["timeout"])
        except benchmark_server.ServerLost as error:
            return str(error), 1

    def _stop_servers(self) -> None:
        for server in self._servers.values():
            server.close()
            atexit.unregister(server.close)
        self._servers.clear()

    def _is_control(self, key: SeriesKey) -> bool:
        """Whether no upstream commit can change it: PLINK and the sentinels are no tool's."""
        return key.tool not in self._upstreams

    def _applies(self, key: SeriesKey) -> bool:
        """Whether the benchmark's class runs here: no process is started for one that does not."""
        assert self._plan is not None
        known = config.TOOL_CLASSES | self._upstreams.keys()
        return key.tool not in known or key.tool in self._plan.classes

    def _environment(self, env: Any) -> dict[str, str]:
        kept = {key: value for key, value in env.items() if key not in benchmark_variables.REMOVED}
        kept.update(self._global_env_vars)
        if self._plan is not None and self._home is not None:
            kept.update(
                benchmark_variables.variables(
                    self._plan, self._home, self._work, cost_ledger.path()
                )
            )
        return kept

    def _python_program(self) -> str:
        # where the stack does not cover the commit, the tracker's own Python can still
        # list the benchmarks: they import without any tool
        return str(self._home / "bin" / "python") if self._home else sys.executable


def _not_applicable(result_file: str) -> tuple[str, str, int]:
    """What a benchmark process would answer; asv shows n/a."""
    Path(result_file).write_text("NaN")
    return "", "", 0


def _saving() -> bool:
    return not {"--dry-run", "-n", "--skip-save"} & set(sys.argv)


machine.ensure_described()
