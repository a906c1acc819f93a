"""Find the measured programs of this machine, such as PLINK."""

import functools
import os
import shutil

from benchmarks._harness import registry
from tools.common import process
from tools.common.errors import ConfigError, TrackerError


def find(tool: str) -> str | None:
    """The path of a tool's program, by its environment variable or on PATH; None without one.

    ConfigError when the variable (such as GWAS_PLINK) names no program, or another one.
    """
    entry = registry.TOOLS[tool]
    named = os.environ.get(entry.variable)
    for path in [named] if named else filter(None, map(shutil.which, entry.programs)):
        if version(path).startswith(entry.version_prefix):
            return path
    if named:
        other = f"is no {entry.version_prefix}, but {version(named)!r}"
        raise ConfigError(
            f"{entry.variable} = {named!r} {other if shutil.which(named) else 'names no program'}",
            hint="set it to the program's path, or unset it",
        )
    return None


@functools.cache
def version(program: str) -> str:
    """What the program says of its version, such as "PLINK v1.90b6.26 64-bit (2 Apr 2022)"."""
    try:
        return process.run([program, "--version"], timeout=30, check=False).stdout.strip()
    except TrackerError:
        return ""


def missing() -> list[str]:
    """A sentence for each program that this machine lacks: its benchmarks are n/a."""
    return [
        f"{entry.label} is not installed (Debian: apt-get install {entry.debian}): shown as n/a"
        for tool, entry in registry.programs().items()
        if find(tool) is None
    ]
