"""The benchmarks of this checkout as its code lists them now.

`results/benchmarks.json` lists those of the last `asv run`: the parameter lists may have changed
since, and with them asv's index of a parameter set.
"""

import functools
import importlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from asv.runner import BENCHMARK_RUN_SCRIPT

from tools.common import process
from tools.results.series_key import SeriesKey


@functools.cache
def benchmarks(directory: Path) -> dict[str, dict[str, Any]]:
    """asv's entries of benchmarks.json by name, for the benchmarks in `directory`."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "benchmarks.json")
        process.run([sys.executable, BENCHMARK_RUN_SCRIPT, "discover", directory, listed])
        return {benchmark["name"]: benchmark for benchmark in json.loads(listed.read_text())}


def task_class(key: SeriesKey) -> type[Any]:
    """The class of `benchmarks` that measures a series."""
    module, name, _ = key.benchmark.rsplit(".", 2)
    cls: type[Any] = getattr(importlib.import_module(f"benchmarks.{module}"), name)
    return cls
