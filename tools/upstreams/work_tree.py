"""A work tree of one commit, which git knows and which shares the mirror's objects."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tools.common import files
from tools.common.process import ProgramError
from tools.upstreams.repository import Repository

# Left out: no wheel needs them, and snapshots of repositories often lack their large files.
SPARSE = (
    "/*",
    "!/docs/",
    "!/benchmarks/",
    "!**/tests/**/data/",
    "!**/test/resources/",
)


def checkout(mirror: Repository, tool: str, commit: str, directory: Path) -> None:
    """A clean work tree of `commit` in `directory`, made or brought there from another commit.

    What is in `directory` and is no usable work tree is replaced.
    """
    releases = mirror.refs(f"refs/tags/{tool}")
    if (directory / ".git").exists():
        try:
            _switch(directory, commit, releases)
            return
        except ProgramError:  # an interrupted clone, or one of a mirror that is gone
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
    # versioneer and setuptools_scm read the version from tags, which upstream has bare
    bare = {f"refs/tags/{name.rpartition('/')[2]}": at for name, at in releases.items()}
    tree.move(bare, [name for name in tree.refs("refs/tags") if name not in bare])
    tree.git("config", "core.sparseCheckout", "true")
    files.write_text(tree.path / "info" / "sparse-checkout", "\n".join(SPARSE) + "\n")
    (tree.path / "index.lock").unlink(missing_ok=True)  # of a checkout that was killed
    tree.git(*inside, "checkout", "--quiet", "--force", "--detach", commit)
    tree.git(*inside, "clean", "-ffdxq")
