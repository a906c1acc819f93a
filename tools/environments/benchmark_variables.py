"""The environment variables of a benchmark process: data sets, folders, Java and programs.

It gets no others: those of this machine's user hold secrets, and would change a measurement.
"""

import os
from pathlib import Path

from benchmarks._harness import page_cache, registry
from benchmarks._harness.clusters import dask_local, nodes, spark_existing, spark_local
from tools.common import paths
from tools.environments import java, programs
from tools.environments.plan import Plan
from tools.sandbox.variables import PATH, allowed

LEDGER = "ledger.jsonl"  # in the scratch folder: what the phases of a benchmark cost

# Settings of the benchmarks that a user makes (docs/clusters.md).
SETTINGS = (
    *(page_cache.ASKED, nodes.SHARE),
    *(dask_local.ADDRESS, spark_local.ADDRESS, spark_existing.DRIVER_HOST),
)


def variables(plan: Plan, environment: Path, work: Path) -> dict[str, str]:
    """The variables that docs/architecture.md lists, and those of the machine that are allowed."""
    variables = {
        **allowed(SETTINGS),
        "GWAS_TOOLS": ",".join(plan.classes),
        "GWAS_DATASETS": str(paths.datasets_dir()),
        "GWAS_WORK": str(work),
        "GWAS_LEDGER": str(work / LEDGER),
        # an old tool on newer packages warns at every call, and results hold the output
        "PYTHONWARNINGS": "ignore::FutureWarning,ignore::DeprecationWarning",
        # compiled code belongs to this environment and commit, and to no other
        "NUMBA_CACHE_DIR": str(numba_cache(plan, environment)),
        "PATH": f"{environment / 'bin'}{os.pathsep}{PATH}",
        "VIRTUAL_ENV": str(environment),
    }
    home = java.home(environment)
    if home is not None:
        variables["JAVA_HOME"] = str(home)
        variables["PATH"] = f"{home / 'bin'}{os.pathsep}{variables['PATH']}"
    if plan.java_shim:
        variables["GWAS_HAIL_JAVA_SHIM"] = "1"
    for tool, entry in registry.programs().items():
        if program := programs.find(tool):
            variables[entry.variable] = program
    return variables


def numba_cache(plan: Plan, environment: Path) -> Path:
    """The folder of numba's compiled code of one commit in one environment."""
    return paths.cache("numba", environment.name, plan.commit.hash)
