"""Copy the objects of a repository on this machine, where `git fetch` refuses.

git does not send a history of which it lacks a single file. Snapshots often lack large files, but
have the commits, trees and sources that we need.
"""

import os
import shutil
from pathlib import Path

from tools.common.process import ProgramError
from tools.upstreams.repository import Repository


def folder(source: str) -> Path | None:
    """The folder that a path or file: URL names; None for a URL with a host."""
    path = Path(source.removeprefix("file://")).expanduser()
    return path.absolute() if path.is_dir() else None


def copy(source: Path, repository: Repository) -> None:
    """Copy all objects of the repository in `source`, as hard links where possible."""
    inner = source / ".git"
    common = Repository(inner if inner.exists() else source).git("rev-parse", "--git-common-dir")
    objects = Path(source, common, "objects")
    files = [path for path in objects.rglob("*") if _is_object(path)]
    # git uses a pack as soon as its .idx exists, so that is copied last
    for path in sorted(files, key=lambda path: path.suffix == ".idx"):
        target = repository.path / "objects" / path.relative_to(objects)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(path, target)


def has_commit(repository: Repository, commit: str) -> bool:
    """Whether the repository has a commit and its top folder."""
    try:
        repository.git("cat-file", "-e", f"{commit}^{{tree}}")
    except ProgramError:
        return False
    return True


def has_history(repository: Repository, commit: str) -> bool:
    """Whether the repository has all ancestors of a commit."""
    try:
        repository.git("rev-list", "--quiet", commit)
    except ProgramError:
        return False
    return True


def _is_object(path: Path) -> bool:
    # info/ describes the source's own refs and alternates; tmp_ files are unfinished; a link may
    # lead to any file of this machine
    is_own = path.is_file() and not path.is_symlink()
    return is_own and path.parent.name != "info" and not path.name.startswith("tmp_")


def _link(path: Path, target: Path) -> None:
    aside = target.with_name(f"tmp_{target.name}")
    aside.unlink(missing_ok=True)
    try:
        os.link(path, aside)
    except OSError:  # another file system
        shutil.copyfile(path, aside)
    os.replace(aside, target)
