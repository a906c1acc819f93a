"""Build the wheel of a commit once, or name its release in the package index."""

import shutil
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from tools.common import files, paths, process, scratch
from tools.common.errors import BuildError, MissingError
from tools.environments import builds
from tools.environments.interpreters import candidates, find_python
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Commit, Mirror
from tools.upstreams.repository import Repository

RECIPE = 2  # raise it when this module builds differently: all wheels are built again


def artefact(upstream: Upstream, commit: Commit, mirror: Mirror) -> str:
    """The requirement for a commit: `name==version` for a release, else the path of a wheel.

    Raises BuildError when the commit cannot be built.
    """
    if commit.source == "index" or upstream.build == "index":
        if commit.version is None:
            raise BuildError(
                f"{upstream.name} {commit.hash[:8]} is not a release: {upstream.name} is not "
                "built from source here, only its releases are installed"
            )
        return f"{upstream.package}=={commit.version}"
    return str(built_wheel(upstream, commit, mirror))


def built_wheel(upstream: Upstream, commit: Commit, mirror: Mirror) -> Path:
    """The wheel of a git commit, cached or built now with the build tools of its date."""
    folder = paths.cache("wheels", upstream.name, f"{commit.hash}-r{RECIPE}")
    with files.lock(folder.with_suffix(".lock"), f"the build of {commit.hash[:8]}", timeout=900):
        for wheel in folder.glob("*.whl"):
            return wheel
        with scratch.temporary() as work:
            tree = work / "tree"
            mirror.checkout(commit, tree)
            release = mirror.release_before(commit)
            _commit_anew(tree, release.version if release else None)
            wheel = _build(upstream, commit, release, tree, work / "wheel")
            missing = _packages(tree, upstream.package) - _names(commit, wheel)
            if missing:
                raise BuildError(
                    f"the wheel of {commit.hash[:8]} lacks {', '.join(sorted(missing))}"
                )
            folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(wheel.parent, folder)
        return next(folder.glob("*.whl"))


def _commit_anew(tree: Path, release: str | None) -> None:
    """Make the checked-out files a git repository of its own, one commit after `release`.

    setuptools_scm asks git for all files of the commit. It gets none when git lacks some, as in a
    mirror without large files or a partial checkout. versioneer reads the version from the tag.
    """
    shutil.rmtree(tree / ".git")
    author = ("-c", "user.name=tracker", "-c", "user.email=tracker@localhost")
    commit = (*author, "commit", "--quiet", "--allow-empty", "--message")
    for command in (
        ("init", "--quiet", "--template="),
        (*commit, "the release before"),
        *((("tag", release),) if release else ()),
        ("add", "--all", "--force"),
        (*commit, "what is built"),
    ):
        Repository(tree / ".git").git("--work-tree", tree, *command)


def _names(commit: Commit, wheel: Path) -> set[str]:
    """The files in a wheel; BuildError when it is none."""
    try:
        return set(ZipFile(wheel).namelist())
    except (BadZipFile, OSError, ValueError) as error:
        raise BuildError(f"the wheel of {commit.hash[:8]} cannot be read: {error}") from None


def _packages(tree: Path, package: str) -> set[str]:
    """The __init__.py files that a wheel of the tree must have."""
    if (tree / package).is_symlink():  # to any folder of this machine
        return set()
    modules = (path.relative_to(tree) for path in (tree / package).rglob("__init__.py"))
    return {path.as_posix() for path in modules if not {"tests", "test"} & set(path.parts)}


def _build(
    upstream: Upstream, commit: Commit, release: Commit | None, tree: Path, target: Path
) -> Path:
    # without this, the version would depend on the tags that are in the mirror
    version = f"{release.version}+g{commit.hash[:8]}" if release else f"0+g{commit.hash[:8]}"
    try:
        return builds.build(
            tree, upstream.package, _builder(commit), target,
            before=commit.date.isoformat(),
            settings={"SETUPTOOLS_SCM_PRETEND_VERSION": version},
        )  # fmt: skip
    except process.ProgramError as error:
        reason = f"{commit.hash[:8]} does not build: {error.last_line}"
        raise BuildError(f"{reason}\n{error.output}") from None


def _builder(commit: Commit) -> Path:
    # the wheels are pure Python: any interpreter will do that runs the build tools of the date
    for version in candidates(commit.date.date()):
        try:
            return find_python(version, install=False)
        except MissingError:
            continue
    return find_python(candidates(commit.date.date())[0])
