"""Build the wheel of a source tree: fetch its build tools, then build in the sandbox, offline."""

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from tools.common import files, paths, process, scratch, untrusted
from tools.common.errors import BuildError
from tools.environments import confinement, distributions, uv
from tools.environments.distributions import Distribution
from tools.environments.interpreters import find_python
from tools.sandbox import confined, variables
from tools.sandbox.policy import Policy

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_HOOK = Path(__file__).with_name("build_hook.py")
_LEGACY = {"requires": ["setuptools>=40.8.0"], "build-backend": "setuptools.build_meta:__legacy__"}
_WHEEL = "wheel"  # what older setuptools ask for: granted at once, it saves a start
# In a user namespace even root cannot give a file to others: tarfile then sets no mode either.
_UNPACK = """
import os, sys, tarfile, zipfile
archive, folder = sys.argv[1:]
if archive.endswith(".zip"):
    zipfile.ZipFile(archive).extractall(folder)
else:
    packed = tarfile.open(archive)
    for member in packed:
        member.uid, member.gid = os.getuid(), os.getgid()
    packed.extractall(folder, numeric_owner=True)
"""
_ASKS = 3  # exit status of build_hook.py
_TEXT = 1 << 20  # bytes of a project's settings
_SIZE = 2 << 30  # bytes of a wheel
_TIMEOUT = 600  # seconds


def build(
    tree: Path,
    package: str,
    python: Path,
    target: Path,
    *,
    before: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> Path:
    """Build the wheel of `package` from a source tree into the folder `target`; its path.

    The build tools are those of the time `before`, in ISO format. They must be wheels themselves.
    Raises BuildError, ProgramError where the build itself fails; UnreachableError.
    """
    backend, search, requires = _system(tree)
    granted = [*requires, *([_WHEEL] if backend.startswith("setuptools") else [])]
    with scratch.temporary() as work:
        out = work / "out"
        out.mkdir()
        for attempt in range(2):
            tools = work / f"tools-{attempt}"
            _install(tools, python, granted, before)
            options = json.dumps({"backend": backend, "path": search, "granted": granted})
            try:
                confined.run(
                    [tools / "bin" / "python", _HOOK, options, out],
                    Policy(
                        read=(*confinement.python(tools), _HOOK),
                        write=(tree, out),
                        loopback=False,
                    ),
                    {
                        **variables.allowed(),
                        "PATH": f"{tools / 'bin'}{os.pathsep}{variables.PATH}",
                        **(settings or {}),
                    },
                    cwd=tree,
                    timeout=_TIMEOUT,
                )
                return _take(out, package, target)
            except process.ProgramError as error:
                if error.returncode != _ASKS or attempt:
                    raise
            granted = [*requires, *_asked(out)]
    raise BuildError(f"{package} asks for other build tools each time")


def of_distribution(distribution: Distribution, python: str) -> Path:
    """The wheel of a source distribution for a minor version of Python, built once.

    Raises as `build` does, and DamagedError.
    """
    name = f"{distribution.name}-{distribution.version}"
    folder = paths.cache("wheels", "dependencies", f"{name}-{distribution.hashes[0][:8]}-{python}")
    lock = folder.with_name(f"{folder.name}.lock")
    with files.lock(lock, f"the build of {name}", timeout=900):
        for wheel in folder.glob("*.whl"):
            return wheel
        archive = distributions.fetch(distribution)
        with scratch.temporary() as work:
            tree = _unpack(archive, work)
            wheel = build(tree, distribution.name, find_python(python), folder)
        archive.unlink()  # up to 400 MB, and not needed again
        return wheel


def _system(tree: Path) -> tuple[str, list[str], list[str]]:
    """Backend, its folders in the tree, and build requirements, from pyproject.toml."""
    try:
        text = untrusted.read_bytes(tree / "pyproject.toml", _TEXT).decode()
        table = tomllib.loads(text).get("build-system", _LEGACY)
        backend = table.get("build-backend", _LEGACY["build-backend"])
        search, requires = table.get("backend-path", []), table["requires"]
        if not isinstance(backend, str) or not all(isinstance(part, str) for part in search):
            raise ValueError("build-backend is no text, or backend-path no list of texts")
    except FileNotFoundError:
        return str(_LEGACY["build-backend"]), [], list(_LEGACY["requires"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BuildError(f"pyproject.toml cannot be used: {error}") from None
    return backend, search, _checked(requires)


def _asked(out: Path) -> list[str]:
    try:
        return _checked(json.loads(untrusted.read_bytes(out / "requires.json", _TEXT)))
    except (OSError, ValueError, RecursionError) as error:
        raise BuildError(f"the build tools asked for cannot be read: {error}") from None


def _checked(requires: object) -> list[str]:
    """Requirements by name; BuildError for others: a path or address could be of this machine."""
    texts = [str(text) for text in requires] if isinstance(requires, list) else [str(requires)]
    for text in texts:
        try:
            named = not Requirement(text).url
        except InvalidRequirement:
            named = False
        if not named:
            raise BuildError(f"the build requirement {text!r} is no name with versions")
    return texts


def _install(folder: Path, python: Path, requires: Sequence[str], before: str | None) -> None:
    """Make an environment of build tools. None of them is run: all are wheels."""
    make = [sys.executable, "-m", "virtualenv", "--quiet", "--no-seed", "--no-periodic-update"]
    process.run([*make, "-p", python, folder], timeout=300)
    cut = ["--exclude-newer", before] if before else []
    if requires:
        uv.run(
            "pip", "install", "--quiet", "--no-build", "--python", folder / "bin" / "python",
            *cut, "--requirements", "-", input="\n".join(requires) + "\n",
        )  # fmt: skip


def _take(out: Path, package: str, target: Path) -> Path:
    """Move the only wheel, of the right package, out of strangers' hands."""
    names = [name for name in os.listdir(out) if name.endswith(".whl")]
    if len(names) != 1:
        raise BuildError(f"{package} built {len(names)} wheels, not one")
    try:
        built = parse_wheel_filename(names[0])[0]
        if built != canonicalize_name(package):
            raise BuildError(f"the build of {package} gave a wheel of {built}")
        new = target.with_name(f"{target.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        untrusted.copy(out / names[0], new / names[0], _SIZE)
    except (InvalidWheelFilename, OSError) as error:
        raise BuildError(f"the wheel of {package} cannot be used: {error}") from None
    shutil.rmtree(target, ignore_errors=True)
    new.rename(target)
    return target / names[0]


def _unpack(archive: Path, folder: Path) -> Path:
    """The source tree of a source distribution, unpacked in the sandbox."""
    home = Path(sys.prefix)
    confined.run(
        [home / "bin" / "python", "-I", "-c", _UNPACK, archive, folder],
        Policy(read=(*confinement.python(home), archive), write=(folder,), loopback=False),
        variables.allowed(),
        timeout=_TIMEOUT,
    )
    trees = [entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
    if len(trees) != 1:
        raise BuildError(f"{archive.name} has {len(trees)} folders, not one")
    return folder / trees[0]
