"""The files of exact versions in the package index: their hashes, and the files themselves."""

import hashlib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

from tools.common import paths, process
from tools.common.errors import BuildError, DamagedError, UnreachableError
from tools.environments import uv

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TIMEOUT = (8, 60)  # seconds to connect, and to wait for data
_CHUNK = 1 << 20
_NAME = re.compile(r"[\w.+!-]+\.(whl|tar\.gz|tar\.bz2|zip)")


@dataclass(frozen=True)
class Distribution:
    """One version of a package: the wheels that fit, else the source distribution."""

    name: str
    version: str
    is_wheel: bool
    url: str
    hashes: tuple[str, ...]  # sha256 of each; the first belongs to `url`

    @property
    def options(self) -> str:
        """What follows `name==version` in a lock: installers accept no file of another hash."""
        return "".join(f" \\\n    --hash=sha256:{digest}" for digest in self.hashes)


def find(pins: Sequence[str], python: str) -> list[Distribution]:
    """The distributions of `name==version` pins for a minor version of Python, on this machine.

    Raises BuildError when the index has no such version; UnreachableError.
    """
    arguments = (
        "pip", "compile", "-", "--no-deps", "--quiet", "--no-header",
        "--format", "pylock.toml", "--python-version", python,
    )  # fmt: skip
    text = "\n".join(pins) + "\n"
    try:
        # offline first: an old version's files do not change
        found = uv.run(*arguments, "--offline", input=text, check=False)
        if found.returncode != 0:
            found = uv.run(*arguments, input=text)
    except process.ProgramError as error:
        raise BuildError(f"the package index lacks some of these versions: {error}") from None
    return [_distribution(entry) for entry in tomllib.loads(found.stdout).get("packages", [])]


def _distribution(entry: dict) -> Distribution:
    wheels = entry.get("wheels")
    files = wheels or [entry["sdist"]]
    hashes = tuple(file["hashes"]["sha256"] for file in files)
    return Distribution(entry["name"], entry["version"], bool(wheels), files[0]["url"], hashes)


def fetch(distribution: Distribution) -> Path:
    """The file of a distribution in the cache, fetched when it is missing.

    Raises UnreachableError; DamagedError when the index sends another file.
    """
    digest = distribution.hashes[0]
    name = unquote(urlsplit(distribution.url).path.rpartition("/")[2])
    if not _NAME.fullmatch(name):
        raise DamagedError(f"{distribution.name}: the package index names a file {name!r}")
    target = paths.cache("distributions", digest[:16], name)
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{name}.part")
    actual = hashlib.sha256()
    try:
        with (
            requests.get(distribution.url, stream=True, timeout=_TIMEOUT) as answer,
            part.open("wb") as stream,
        ):
            answer.raise_for_status()
            for chunk in answer.iter_content(_CHUNK):
                actual.update(chunk)
                stream.write(chunk)
    except requests.RequestException as error:
        raise UnreachableError(
            f"{name} cannot be fetched ({type(error).__name__})",
            hint="check the network and run the command again: measured values are kept",
        ) from None
    if actual.hexdigest() != digest:
        part.unlink()
        raise DamagedError(
            f"{name} has the sha256 {actual.hexdigest()[:16]}..., not {digest[:16]}...",
            hint="the package index sends another file than it lists: run the command again",
        )
    part.replace(target)
    return target
