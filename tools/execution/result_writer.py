"""Save each benchmark's result at once, and keep earlier results when a commit fails."""

import datetime
import itertools
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asv import util
from asv.results import Results
from asv.runner import BenchmarkResult

from tools.common import files
from tools.results import asv_storage
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

    def add(self, commit: str, date: int, key: SeriesKey, result_file: str, output: str) -> None:
        """Save the result of one parameter set, read from `result_file`."""
        benchmark, index = self._benchmarks[key.benchmark], key.index(self._benchmarks)
        value = _read(result_file)
        if value is None:
            return  # the benchmark failed: asv records that
        params = {**asv_storage.machine(), "python": self._python, **self._requirements}
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
        """Keep the stored results of a commit that cannot be measured now.

        asv would overwrite them: it marks each benchmark of the commit as failed. A commit without
        results is marked if `may_fail`; else it gets no file, and NEW selects the commit again.
        """
        path = self._file(commit)
        if path.exists() or not may_fail:
            asv_storage.keep(path)

    def note_missing(self, tool: str, commit: str) -> None:
        """Record that this machine lacked a program when it measured the commit."""
        path = self._missing(tool)
        known = path.read_text().split() if path.exists() else []
        if commit not in known:
            files.write_text(path, "\n".join([*known, commit]) + "\n", durable=True)

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
        machine = asv_storage.machine()["machine"]
        return asv_storage.path_of(self.results_dir, machine, commit, self.env_name)

    def _missing(self, tool: str) -> Path:
        machine = asv_storage.machine()["machine"]
        return self.results_dir / machine / f"without-{tool}-{self.env_name}.txt"

    def set_aside_damaged(self, commit: str) -> Path | None:
        """Rename this commit's result file when it cannot be read; its new name, or None.

        asv would end the whole run. The file is kept: someone may be able to repair it.
        """
        path = self._file(commit)
        try:
            Results.load(str(path), machine_name=asv_storage.machine()["machine"])
        except FileNotFoundError:
            return None
        except util.UserError:
            names = (path.with_suffix(f".damaged{number or ''}") for number in itertools.count())
            return path.rename(next(name for name in names if not name.exists()))
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
