"""Check one commit out into a git work tree that shares the mirror's objects."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tools.common import files
from tools.common.process import ProgramError
from tools.upstreams.repository import Repository

# No wheel needs what is left out here, and snapshots of repositories often lack its large files.
SPARSE = ("/*", "!/docs/", "!/benchmarks/", "!**/tests/**/data/", "!**/test/resources/")


def checkout(mirror: Repository, tool: str, commit: str, directory: Path) -> None:
    """Make `directory` a clean work tree of `commit`, reusing a work tree that is there."""
    releases = mirror.refs(f"refs/tags/{tool}")
    if (directory / ".git").exists():
        try:
            _switch(directory, commit, releases)
            return
        except ProgramError:  # an interrupted clone, or a clone of a removed mirror
            pass
    shutil.rmtree(directory, ignore_errors=True)
    directory.parent.mkdir(parents=True, exist_ok=True)
    mirror.git(
        "clone", "--quiet", "--shared", "--no-checkout", "--no-tags", mirror.path, directory
    )
    _switch(directory, commit, releases)


def _switch(directory: Path, commit: str, releases: Mapping[str, str]) -> None:
    inside = ("--work-tree", directory)
    tree = Repository(directory / ".git")
    # versioneer and setuptools_scm read the version from tags without the tool's name
    bare = {f"refs/tags/{name.rpartition('/')[2]}": at for name, at in releases.items()}
    tree.move(bare, [name for name in tree.refs("refs/tags") if name not in bare])
    tree.git("config", "core.sparseCheckout", "true")
    files.write_text(tree.path / "info" / "sparse-checkout", "\n".join(SPARSE) + "\n")
    (tree.path / "index.lock").unlink(missing_ok=True)  # left by a killed checkout
    tree.git(*inside, "checkout", "--quiet", "--force", "--detach", commit)
    tree.git(*inside, "clean", "-ffdxq")
