"""Check one commit out into a git work tree that shares the mirror's objects."""

import shutil
from pathlib import Path

from tools.common import files
from tools.upstreams.repository import Repository

# No wheel needs what is left out here, and snapshots of repositories often lack its large files.
SPARSE = ("/*", "!/docs/", "!/benchmarks/", "!**/tests/**/data/", "!**/test/resources/")


def checkout(mirror: Repository, tool: str, commit: str, directory: Path) -> None:
    """Make `directory` a clean work tree of `commit`.

    Nothing that was there is used: upstream's code may have run in it, and git runs what a work
    tree's own settings and hooks name.
    """
    shutil.rmtree(directory, ignore_errors=True)
    directory.parent.mkdir(parents=True, exist_ok=True)
    mirror.git(
        "clone", "--quiet", "--shared", "--no-checkout", "--no-tags", "--template=",
        "--config", "core.sparseCheckout=true", mirror.path, directory,
    )  # fmt: skip
    tree = Repository(directory / ".git")
    # versioneer and setuptools_scm read the version from tags without the tool's name
    releases = mirror.refs(f"refs/tags/{tool}")
    tree.move({f"refs/tags/{name.rpartition('/')[2]}": at for name, at in releases.items()}, [])
    files.write_text(tree.path / "info" / "sparse-checkout", "\n".join(SPARSE) + "\n")
    tree.git("--work-tree", directory, "checkout", "--quiet", "--force", "--detach", commit)
