"""The environment variables by which a benchmark process learns what to run on."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path

from tools.common import paths, process
from tools.common.errors import ConfigError, TrackerError
from tools.environments import java
from tools.environments.plan import Plan

# Set by this machine's user or another tool, they would change what is measured.
REMOVED = ("PYTHONPATH", "PYTHONHOME", "DASK_CONFIG", "SPARK_HOME", "HAIL_HOME", "PYTHONSTARTUP")


def plink() -> str | None:
    """The PLINK 1.9 program: GWAS_PLINK, or plink1.9 or plink on PATH; None when absent.

    ConfigError when GWAS_PLINK names another program.
    """
    named = os.environ.get("GWAS_PLINK")
    if named and shutil.which(named) is None:
        raise ConfigError(f"GWAS_PLINK = {named!r} names no program", hint="mend it, or unset it")
    if named and not _is_plink(named):
        raise ConfigError(
            f"GWAS_PLINK = {named!r} is no PLINK 1.9, but {plink_version(named)!r}",
            hint="mend it, or unset it",
        )
    found = map(shutil.which, ("plink1.9", "plink"))  # the latter may be another one, or PuTTY's
    return named or next((program for program in found if program and _is_plink(program)), None)


@functools.cache
def plink_version(program: str) -> str:
    """What the program says of its version, such as "PLINK v1.90b6.26 64-bit (2 Apr 2022)"."""
    try:
        return process.run([program, "--version"], timeout=30, check=False).stdout.strip()
    except TrackerError:
        return ""


def _is_plink(program: str) -> bool:
    return plink_version(program).startswith("PLINK v1.9")


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
