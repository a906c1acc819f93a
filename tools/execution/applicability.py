"""Whether a benchmark's point can run on this machine: its class is asked, no process is started.

The axes have thousands of points (data x cores x nodes x shapes), most of them for larger machines
and for data that are not prepared here. A process for each would take hours to say n/a.
"""

from __future__ import annotations

import ast
import importlib
import os

from tools.common import paths
from tools.results.series_key import SeriesKey


def reason_against(key: SeriesKey) -> NotImplementedError | None:
    """Why a benchmark does not apply to its parameter values here; None when it may.

    Nothing is asked that depends on what is installed for the commit: that the benchmark's own
    process finds out.
    """
    module, name, metric = key.benchmark.rsplit(".", 2)
    cls = getattr(importlib.import_module(f"benchmarks.{module}"), name)
    if not hasattr(cls, "configure"):
        return None
    os.environ["GWAS_DATASETS"] = str(paths.datasets_dir())  # as settings.py has it for benchmarks
    task = cls()
    task.metric = metric
    try:
        task.configure({name: ast.literal_eval(value) for name, value in key.parameters})
    except NotImplementedError as reason:
        return reason
    return None
