"""Whether a benchmark's point can run on this machine: its class is asked, no process is started.

The axes have thousands of points (data x cores x nodes x shapes), most of them for larger machines
and for data that are not prepared here. A process for each would take hours to say n/a.
"""

from __future__ import annotations

import ast
import importlib
import os
from collections.abc import Mapping

from tools.common import paths


def reason_against(benchmark: str, parameters: Mapping[str, str]) -> NotImplementedError | None:
    """Why "module.Class.metric" does not apply to these parameters here; None when it may.

    Parameters are as asv writes them (`'smoke'` with its quotes). Nothing is asked that depends on
    what is installed for the commit: that the benchmark's own process finds out.
    """
    module, name, metric = benchmark.rsplit(".", 2)
    cls = getattr(importlib.import_module(f"benchmarks.{module}"), name)
    if not hasattr(cls, "place"):
        return None
    os.environ["GWAS_DATASETS"] = str(paths.datasets_dir())  # as settings.py has it for benchmarks
    task = cls()
    task.metric = metric
    try:
        task.place({key: ast.literal_eval(value) for key, value in parameters.items()})
    except NotImplementedError as reason:
        return reason
    return None
