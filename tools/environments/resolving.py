"""Resolve requirements in the sandbox: a package without a wheel runs its own code to answer.

It is the only sandbox with a network, as uv asks the package index while it resolves. Nothing in
it is worth stealing.
"""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from uv import find_uv_bin

from tools.common import paths, scratch, untrusted
from tools.common.errors import BuildError, MissingError
from tools.environments import confinement, uv
from tools.environments.interpreters import find_python
from tools.sandbox import confined
from tools.sandbox.policy import Policy
from tools.sandbox.variables import allowed

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_SECRET = re.compile("//[^/]*@|PASSWORD|TOKEN")
_SIZE = 1 << 24  # bytes of a lock
_TIMEOUT = 300  # seconds


def compile(
    args: Sequence[str | Path],
    requirements: Sequence[str],
    constraints: Sequence[str],
    python: str,
) -> str:
    """What `uv pip compile` says to requirements and constraints, for a minor Python version.

    With an index that needs a password, packages without a wheel are left out: their code could
    read it. Raises ProgramError when no versions fit, BuildError, UnreachableError.
    """
    variables = _variables()
    try:
        executable = find_python(python, install=False)
    except MissingError:
        executable = Path(sys.executable)
    with scratch.temporary() as work:
        for name, lines in (("requirements", requirements), ("constraints", constraints)):
            (work / name).write_text("".join(f"{line}\n" for line in lines))
        out = work / "lock"
        command: list[str | Path] = [
            "pip", "compile", work / "requirements", "--constraints", work / "constraints",
            "--output-file", out, "--quiet", "--no-header", "--python", executable, *args,
        ]  # fmt: skip
        if any(_SECRET.search(f"{name}={value}") for name, value in variables.items()):
            uv.run(*command, "--no-build", timeout=_TIMEOUT)
        else:
            with uv.reaching_the_index():
                confined.run(
                    [find_uv_bin(), *command],
                    Policy(
                        read=(*_read(executable), *_wheels(requirements)),
                        write=(work, Path(variables["UV_CACHE_DIR"])),
                        network=True,
                    ),
                    variables,
                    timeout=_TIMEOUT,
                )
        try:
            lock = untrusted.read_bytes(out, _SIZE).decode()
        except (OSError, ValueError) as error:
            raise BuildError(f"the lock cannot be read: {error}") from None
    return _checked(lock, requirements)


def _variables() -> dict[str, str]:
    """How this user reaches the package index."""
    cache = paths.cache("uv-resolving")
    cache.mkdir(parents=True, exist_ok=True)
    names = [
        name
        for name in os.environ
        if name in _CERTIFICATES or name.lower() in _PROXIES or name.startswith("UV_")
    ]
    own = {
        # the user's own cache is not for strangers to write to
        "UV_CACHE_DIR": str(cache),
        # an interpreter that is missing is not fetched into a sandbox
        "UV_PYTHON_DOWNLOADS": "never",
    }
    kept = {name: os.environ[name] for name in names}
    return {**allowed(), **kept, **uv.index(), **own}


def _read(executable: Path) -> Iterator[Path]:
    yield Path(find_uv_bin())
    yield from (Path(os.environ[name]) for name in _CERTIFICATES if name in os.environ)
    yield from confinement.interpreter(executable)


def _wheels(requirements: Sequence[str]) -> Iterator[Path]:
    """The wheels of this machine that requirements name."""
    for text in requirements:
        url = Requirement(text).url
        if url:
            yield Path(unquote(urlsplit(url).path))


def _checked(lock: str, requirements: Sequence[str]) -> str:
    """The lock, if it has nothing but exact versions and the wheels of the requirements."""
    given = {Requirement(text).url for text in requirements} - {None}
    for line in filter(None, map(str.strip, lock.splitlines())):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            raise BuildError(f"a line of the lock is no requirement: {line[:100]!r}") from None
        exact = [each.operator for each in requirement.specifier] == ["=="]
        if requirement.url not in given if requirement.url else not exact:
            raise BuildError(f"a line of the lock is no exact version: {line[:100]!r}")
    return lock
