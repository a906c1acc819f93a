"""The benchmarks of this checkout: as its code lists them now, and as the last `asv run` did.

`results/benchmarks.json` lists those of the last `asv run`: the parameter lists may have changed
since, and with them asv's index of a parameter set.
"""

import functools
import importlib
import json
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from asv import util
from asv.benchmarks import Benchmarks
from asv.runner import BENCHMARK_RUN_SCRIPT

from tools.common import paths, process
from tools.common.process import ProgramError
from tools.results.asv_reading import warn_once
from tools.results.result_file import parameters_of
from tools.results.series_key import SeriesKey

Listed = dict[str, dict[str, Any]]  # asv's entries of benchmarks.json by name


@functools.cache
def benchmarks(directory: Path) -> Listed:
    """The benchmarks of the code in `directory`."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "benchmarks.json")
        process.run([sys.executable, BENCHMARK_RUN_SCRIPT, "discover", directory, listed])
        return {benchmark["name"]: benchmark for benchmark in json.loads(listed.read_text())}


def task_class(key: SeriesKey) -> type[Any]:
    """The class of `benchmarks` that measures a series."""
    module, name, _ = key.benchmark.rsplit(".", 2)
    cls: type[Any] = getattr(importlib.import_module(f"benchmarks.{module}"), name)
    return cls


def of_last_run(results: Path, directory: Path = paths.ROOT / "benchmarks") -> Listed:
    """The benchmarks of results/benchmarks.json; those of the code where it is damaged.

    Raises asv's UserError where the file is missing, or is damaged and the code lists nothing.
    """
    path = Path(Benchmarks.get_benchmark_file_path(results))
    if not path.is_file():
        raise util.UserError(f"Benchmark list file {path} missing!{_ADVICE}")
    try:
        listed = util.load_json(str(path), Benchmarks.api_version)
        if all(_is_sound(name, entry) for name, entry in listed.items()):
            return dict(listed)
        raise util.UserError(f"Error parsing JSON in file '{path}': a benchmark is incomplete")
    except util.UserError as error:
        with suppress(ProgramError):  # the code may be damaged too
            if of_code := benchmarks(directory.absolute()):
                warn_once(str(error))
                return of_code
        raise util.UserError(f"{error}{_ADVICE}") from None


_ADVICE = "\nUse `asv run --bench just-discover` to regenerate benchmarks.json"


def _is_sound(name: str, entry: Any) -> bool:
    try:
        lists = parameters_of(entry["params"])
        return (
            entry["name"] == name
            and lists is not None
            and all(isinstance(label, str) for label in entry["param_names"])
            and len(lists) == len(entry["param_names"])
            and all(isinstance(entry[key], str) for key in ("version", "type", "unit"))
        )
    except (TypeError, LookupError):
        return False


def _load(cls: type[Benchmarks], conf: Any, regex: Any = None) -> Benchmarks:
    """Benchmarks.load, which ends at a damaged file."""
    listed = of_last_run(Path(conf.results_dir), Path(conf.benchmark_dir))
    return cls(conf, listed.values(), regex=regex)


Benchmarks.load = classmethod(_load)  # asv has no other way
