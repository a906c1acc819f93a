"""Whether a benchmark can run here with some parameter values, without starting a process.

The axes have thousands of parameter sets (data x cores x nodes x shapes). Most are for larger
machines or for data sets that are not prepared; a process for each would take hours.
"""

import ast
import os

from tools.common import paths
from tools.execution import suite
from tools.results.series_key import SeriesKey


def reason_against(key: SeriesKey) -> NotImplementedError | None:
    """Why a benchmark cannot run here with these parameter values; None when it can.

    This does not check what is installed for the commit: the benchmark's own process does.
    """
    cls = suite.task_class(key)
    if not hasattr(cls, "configure"):
        return None
    os.environ["GWAS_DATASETS"] = str(paths.datasets_dir())  # as benchmark processes have it
    task = cls()
    task.metric = key.benchmark.rpartition(".")[2]
    try:
        task.configure({name: ast.literal_eval(value) for name, value in key.parameters})
    except NotImplementedError as reason:
        return reason
    return None
