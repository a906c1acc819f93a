"""Find Python interpreters: on PATH, in pyenv, or installed by uv."""

import datetime
import functools
import os
import re
import sys
from pathlib import Path

from tools.common import process
from tools.common.errors import MissingError, UnreachableError
from tools.environments import uv

# First release of each minor version (PEP 569, 596, 619, 664, 693, 719, 745).
RELEASED = {
    "3.8": datetime.date(2019, 10, 14),
    "3.9": datetime.date(2020, 10, 5),
    "3.10": datetime.date(2021, 10, 4),
    "3.11": datetime.date(2022, 10, 24),
    "3.12": datetime.date(2023, 10, 2),
    "3.13": datetime.date(2024, 10, 7),
    "3.14": datetime.date(2025, 10, 7),
}


def candidates(date: datetime.date) -> list[str]:
    """Minor versions to try for a commit of `date`, the likeliest first.

    First the newest version that was a year old at that date, because packages with compiled
    parts publish wheels for a new Python months later. Then older versions, then newer ones.
    """
    settled = [v for v, day in RELEASED.items() if day <= date - datetime.timedelta(days=365)]
    newer = [version for version in RELEASED if version not in settled]
    return settled[::-1] + newer


@functools.cache
def find_python(version: str, install: bool = True) -> Path:
    """The interpreter for a minor version such as "3.9".

    Looks on PATH and in pyenv; with `install`, uv fetches one that is missing. Raises
    MissingError.
    """
    for path in _paths(version):
        if _is_version(path, version):
            return path
    if install:
        try:
            uv.run("python", "install", version, timeout=180)
            return Path(uv.run("python", "find", version, timeout=30).stdout.strip())
        except (process.ProgramError, UnreachableError):
            pass  # no network, or no build for this platform
    raise MissingError(
        f"no Python {version} on this machine (looked on PATH, in pyenv, and asked uv)",
        hint=f"install it, for example with `uv python install {version}` or "
        f"`pyenv install {version}`, and run the command again",
    )


def _paths(version: str) -> list[Path]:
    on_path = [Path(folder) / f"python{version}" for folder in os.get_exec_path()]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    in_pyenv = sorted(pyenv.glob(f"{version}.*/bin/python{version}"), key=_patch, reverse=True)
    base = Path(sys.base_prefix) / "bin" / f"python{version}"
    return [path for path in [base, *in_pyenv, *on_path] if path.exists()]


def _patch(path: Path) -> int:
    match = re.search(r"\.(\d+)$", path.parts[-3])
    return int(match[1]) if match else 0


def _is_version(path: Path, version: str) -> bool:
    # pyenv has shims for inactive versions; they fail when called
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return process.run([path, "-c", code], timeout=20).stdout.strip() == version
    except (process.ProgramError, OSError):
        return False
