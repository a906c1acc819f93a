"""Run one benchmark in a process of its own, and save its result and provenance at once."""

import atexit
import sys
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from benchmarks._harness import registry
from tools.common.errors import disk_full, is_disk_full
from tools.environments import programs
from tools.execution import applicability, cost_ledger, provenance
from tools.execution.benchmark_server import Server, ServerLost
from tools.execution.commit_environment import CommitEnvironment
from tools.execution.interference import InterferenceMeter
from tools.execution.result_writer import ResultWriter
from tools.results import asv_storage
from tools.results.series_key import SeriesKey


class BenchmarkRunner:
    """Runs benchmarks, one after the other; `tools` are the tracked tools."""

    def __init__(self, writer: ResultWriter, tools: Collection[str]) -> None:
        self._writer = writer
        self._tools = tools
        self._servers: dict[str, Server] = {}  # by number of cores; one for controls

    def run(
        self,
        environment: CommitEnvironment | None,
        key: SeriesKey,
        args: list[str],
        options: Mapping[str, Any],
    ) -> tuple[str, int]:
        """Output and exit status of one benchmark; n/a (NaN) where it does not apply.

        `args` is asv's command line for its script, `options` has asv's `env`, `cwd`, `timeout`.
        Raises DiskFullError.
        """
        result_file = args[6]
        is_of_tool = key.tool in registry.TOOLS or key.tool in self._tools
        if environment is None or (is_of_tool and key.tool not in environment.plan.classes):
            return _not_applicable(result_file)
        commit = environment.plan.commit
        if key.tool in registry.programs() and programs.find(key.tool) is None:
            self._writer.note_missing(key.tool, commit.hash)
            return _not_applicable(result_file)
        reason = applicability.reason_against(key)
        if reason is not None:
            return _not_applicable(result_file, f"asv: skipped: {reason}\n")
        meter = InterferenceMeter("GWAS_WORK", str(environment.work))
        started = time.perf_counter()
        output, status = self._in_server(environment, key, args, options)
        seconds = time.perf_counter() - started
        foreign_cores = meter.mean_cores()
        if status != 0 and is_disk_full(output, environment.work, self._writer.results_dir):
            raise disk_full(str(key))
        cost_ledger.add(key, key.tool, "process", seconds)
        if status == 0 and not {"--dry-run", "-n", "--skip-save"} & set(sys.argv):
            date = int(commit.date.timestamp() * 1000)
            provenance.record(  # before the value, which then never lacks it
                self._writer.results_dir,
                asv_storage.machine()["machine"],
                environment.plan,
                self._writer.env_name,
                key,
                seconds,
                foreign_cores,
                control=self._is_control(key),
            )
            self._writer.add(commit.hash, date, key, result_file, output)
        return output, status

    def stop(self) -> None:
        """End the servers, which belong to the environment of one commit."""
        for server in self._servers.values():
            server.close()
            atexit.unregister(server.close)
        self._servers.clear()

    def _in_server(
        self,
        environment: CommitEnvironment,
        key: SeriesKey,
        args: list[str],
        options: Mapping[str, Any],
    ) -> tuple[str, int]:
        """Run one benchmark in a fork of the server for its number of cores."""
        script, _, benchmark_dir, target, params, profile, result_file = args
        command = {
            "benchmark_id": target,
            "params_str": params,
            "profile_path": profile,
            "result_file": result_file,
            "cwd": options["cwd"],
        }
        # A control runs on the tracker's own Python and numpy: no commit's packages can change it.
        # Its process is small, because a fork of one with many libraries takes longer.
        is_control = self._is_control(key)
        cores = key.plain.get("cores", "1")
        name = "controls" if is_control else cores
        try:
            server = self._servers.get(name)
            if server is None or not server.alive:
                env = dict(options["env"])
                if not is_control:
                    env["GWAS_PRELOAD"] = cores  # tools read the number of threads at import
                python = sys.executable if is_control else str(environment.python)
                server = Server([python, script, "run_server", benchmark_dir], env)
                self._servers[name] = server
                atexit.register(server.close)
            return server.run(command, options["timeout"])
        except ServerLost as error:
            return str(error), 1

    def _is_control(self, key: SeriesKey) -> bool:
        """Whether no upstream commit can change it, as with PLINK and the sentinels."""
        return key.tool not in self._tools


def _not_applicable(result_file: str, output: str = "") -> tuple[str, int]:
    """Write what a benchmark process would; asv shows n/a."""
    Path(result_file).write_text("NaN")
    return output, 0
