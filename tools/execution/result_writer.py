"""Save each benchmark's result at once, and keep earlier results when a commit fails."""

import datetime
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asv import util
from asv.machine import iter_machine_files
from asv.results import Results, get_filename
from asv.runner import BenchmarkResult

from tools.common import files
from tools.results.series_key import SeriesKey, tool_class


class ResultWriter:
    """Adds each result to the commit's result file, with asv's own Results class.

    asv saves the same results at the end of the commit. A run that is killed before loses
    nothing but the benchmark that it was running.
    """

    def __init__(
        self,
        results_dir: str,
        python: str,
        env_name: str,
        requirements: dict,
        benchmarks: Mapping[str, dict[str, Any]],
    ) -> None:
        """`benchmarks` by name, as asv lists them; they may be added later."""
        self.results_dir = Path(results_dir).absolute()
        self._python = python
        self.env_name = env_name
        self._requirements = requirements
        self._benchmarks = benchmarks
        self._protected: dict[Path, bytes | None] = {}

    def machine(self) -> dict[str, Any]:
        """The machine that this run belongs to: asv has just written its file."""
        newest = max(iter_machine_files(str(self.results_dir)), key=os.path.getmtime)
        machine = util.load_json(newest)
        machine.pop("version", None)
        return machine

    def add(self, commit: str, date: int, key: SeriesKey, result_file: str, output: str) -> None:
        """Save the result of one parameter set, read from `result_file`."""
        benchmark, index = self._benchmarks[key.benchmark], key.index(self._benchmarks)
        value = _read(result_file)
        if value is None:
            return  # the benchmark failed: asv records that
        machine = self.machine()
        params = {**machine, "python": self._python, **self._requirements}
        results = Results(
            params, self._requirements, commit, date, self._python, self.env_name, {}
        )
        results.load_data(str(self.results_dir))
        results.add_result(
            benchmark,
            _as_asv(value, benchmark, index, output),
            started_at=datetime.datetime.now(datetime.timezone.utc),
            record_samples=True,
            selected_idx=None if index is None else [index],
        )
        results.save(str(self.results_dir))

    def protect(self, commit: str, may_fail: bool) -> None:
        """Keep the stored results of a commit that cannot be measured now, until `restore`.

        asv overwrites them: it marks each benchmark of the commit as failed. A commit without
        results stays marked if `may_fail`; else `restore` removes the marks, and NEW selects the
        commit again.
        """
        path = self._file(commit)
        if path.exists() or not may_fail:
            self._protected[path] = path.read_bytes() if path.exists() else None

    def restore(self) -> None:
        """Restore the results that `protect` kept, after asv has overwritten them."""
        while self._protected:
            path, content = self._protected.popitem()
            if content is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != content:
                files.write_text(path, content.decode())

    def note_missing(self, tool: str, commit: str) -> None:
        """Record that this machine lacked a program when it measured the commit."""
        path = self._missing(tool)
        known = path.read_text().split() if path.exists() else []
        if commit not in known:
            files.write_text(path, "\n".join([*known, commit]) + "\n")

    def forget_missing(self, tool: str) -> None:
        """Remove each n/a that was stored while this machine lacked the program.

        asv takes n/a for a success and would never measure it again.
        """
        path = self._missing(tool)
        for commit in path.read_text().split() if path.exists() else []:
            self.set_aside_damaged(commit)
            if not self._file(commit).exists():
                continue
            results = Results.load(str(self._file(commit)))
            for name in list(results.get_all_result_keys()):
                if tool_class(name) == tool:
                    results.remove_result(name)
            results.save(str(self.results_dir))
        path.unlink(missing_ok=True)

    def _file(self, commit: str) -> Path:
        name = get_filename(self.machine()["machine"], commit, self.env_name)
        return self.results_dir / str(name)

    def _missing(self, tool: str) -> Path:
        machine = self.machine()["machine"]
        return self.results_dir / machine / f"without-{tool}-{self.env_name}.txt"

    def set_aside_damaged(self, commit: str) -> Path | None:
        """Rename this commit's result file when it cannot be read; its new name, or None.

        asv would end the whole run. The file is kept: someone may be able to repair it.
        """
        path = self._file(commit)
        try:
            util.load_json(str(path), Results.api_version)
        except FileNotFoundError:
            return None
        except util.UserError:
            return path.rename(path.with_suffix(".damaged"))
        return None


def _read(result_file: str) -> Any:
    try:
        return json.loads(Path(result_file).read_text())
    except (OSError, ValueError):
        return None


def _as_asv(value: Any, benchmark: dict, index: int | None, output: str) -> BenchmarkResult:
    """One parameter's value as asv's result of the whole benchmark."""
    length = math.prod(map(len, benchmark["params"]))
    result: list[Any] = [float("nan")] * length
    samples: list[Any] = [None] * length
    number: list[Any] = [None] * length
    at = index or 0
    if isinstance(value, dict) and "samples" in value:
        result[at], samples[at], number[at] = True, value["samples"], value["number"]
    else:
        result[at] = value
    return BenchmarkResult(result, samples, number, 0, output, None)
