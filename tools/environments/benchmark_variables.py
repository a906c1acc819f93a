"""The environment variables of a benchmark process: data sets, folders, Java and programs."""

import os
from pathlib import Path

from benchmarks._harness import registry
from tools.common import paths
from tools.environments import java, programs
from tools.environments.plan import Plan

# Variables of this machine's user that would change a measurement. None removes a variable.
REMOVED: dict[str, str | None] = dict.fromkeys(
    ("PYTHONPATH", "PYTHONHOME", "DASK_CONFIG", "SPARK_HOME", "HAIL_HOME", "PYTHONSTARTUP")
)


def variables(plan: Plan, environment: Path, work: Path, ledger: Path) -> dict[str, str]:
    """The variables that docs/architecture.md lists."""
    variables = {
        "GWAS_TOOLS": ",".join(plan.classes),
        "GWAS_DATASETS": str(paths.datasets_dir()),
        "GWAS_WORK": str(work),
        "GWAS_LEDGER": str(ledger),
        # an old tool on newer packages warns at every call, and results hold the output
        "PYTHONWARNINGS": "ignore::FutureWarning,ignore::DeprecationWarning",
        # compiled code belongs to this environment and commit, and to no other
        "NUMBA_CACHE_DIR": str(paths.cache("numba", environment.name, plan.commit.hash)),
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
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
