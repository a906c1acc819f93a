"""The environment variables by which a benchmark process learns what to run on."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tools.common import paths
from tools.common.errors import ConfigError
from tools.environments import java
from tools.environments.plan import Plan

# Set by this machine's user or another tool, they would change what is measured.
REMOVED = ("PYTHONPATH", "PYTHONHOME", "DASK_CONFIG", "SPARK_HOME", "HAIL_HOME", "PYTHONSTARTUP")


def plink() -> str | None:
    """The PLINK 1.9 program: GWAS_PLINK, or plink1.9 or plink on PATH; None when absent."""
    named = os.environ.get("GWAS_PLINK")
    if named and shutil.which(named) is None:
        raise ConfigError(f"GWAS_PLINK = {named!r} names no program", hint="mend it, or unset it")
    return named or shutil.which("plink1.9") or shutil.which("plink")


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
    program = plink()
    if program:
        variables["GWAS_PLINK"] = program
    return variables
