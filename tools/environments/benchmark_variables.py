"""The environment variables by which a benchmark process learns what to run on."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks._harness import registry
from tools.common import paths
from tools.environments import java, programs
from tools.environments.plan import Plan

# Set by this machine's user or another tool, they would change what is measured.
REMOVED = ("PYTHONPATH", "PYTHONHOME", "DASK_CONFIG", "SPARK_HOME", "HAIL_HOME", "PYTHONSTARTUP")


def variables(plan: Plan, environment: Path, work: Path, ledger: Path) -> dict[str, str]:
    """What docs/architecture.md promises to every benchmark process."""
    variables = {
        "GWAS_TOOLS": ",".join(plan.classes),
        "GWAS_DATASETS": str(paths.datasets_dir()),
        "GWAS_WORK": str(work),
        "GWAS_LEDGER": str(ledger),
        # an old tool on newer packages warns at every call; what it says would fill the results
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
