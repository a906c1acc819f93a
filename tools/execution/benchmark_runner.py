"""Run one benchmark in a process of its own, and save its result and provenance at once."""

import atexit
import os
import sys
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from benchmarks._harness import registry
from tools.common.errors import disk_full, is_disk_full
from tools.environments import benchmark_variables, confinement, programs
from tools.execution import applicability, cost_ledger, provenance, suite
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
        cost_ledger.collect(environment.work / benchmark_variables.LEDGER)
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
        command = {"benchmark_id": target, "params_str": params}
        # A control runs on the tracker's own Python and numpy: no commit's packages can change it.
        # Its process is small, because a fork of one with many libraries takes longer.
        is_control = self._is_control(key)
        network = not is_control and _on_other_machines(key)
        cores = key.plain.get("cores", "1")
        name = "controls" if is_control else f"{cores}{'+network' if network else ''}"
        try:
            server = self._servers.get(name)
            if server is None or not server.alive:
                variables = dict(options["env"])
                if not is_control:
                    variables["GWAS_PRELOAD"] = cores  # tools read the number of threads at import
                home = Path(sys.prefix) if is_control else environment.home
                policy = confinement.measuring(
                    home, (Path(script), Path(benchmark_dir)), environment.written, network=network
                )
                python = str(home / "bin" / "python")
                server = Server([python, script, "run_server", benchmark_dir], variables, policy)
                self._servers[name] = server
                atexit.register(server.close)
            profile_file = None if profile == "None" else Path(profile)
            return server.run(command, options["timeout"], Path(result_file), profile_file)
        except ServerLost as error:
            return str(error), 1

    def _is_control(self, key: SeriesKey) -> bool:
        """Whether no upstream commit can change it, as with PLINK and the sentinels."""
        return key.tool not in self._tools


def _on_other_machines(key: SeriesKey) -> bool:
    """Whether a benchmark uses a cluster that an environment variable names."""
    return bool(os.environ.get(getattr(suite.task_class(key), "address", "")))


def _not_applicable(result_file: str, output: str = "") -> tuple[str, int]:
    """Write what a benchmark process would; asv shows n/a."""
    Path(result_file).write_text("NaN")
    return output, 0
