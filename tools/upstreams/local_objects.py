"""Objects of a repository on this machine, copied where git itself refuses to send them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tools.common.process import ProgramError
from tools.upstreams.repository import Repository


def folder(source: str) -> Path | None:
    """The folder that a source without a host names (a path or a file: URL), else None."""
    path = Path(source.removeprefix("file://")).expanduser()
    return path.absolute() if path.is_dir() else None


def copy(source: Path, repository: Repository) -> None:
    """Bring all objects of the repository in `source` here, as hard links where possible.

    git does not send a history of which it lacks a single file, and snapshots often lack
    large ones; the commits, trees and sources that we need are there nevertheless.
    A pack counts for git from the moment its .idx is there, so that comes last.
    """
    inner = source / ".git"
    common = Repository(inner if inner.exists() else source).git("rev-parse", "--git-common-dir")
    objects = Path(source, common, "objects")
    files = [path for path in objects.rglob("*") if path.is_file() and _wanted(path)]
    for path in sorted(files, key=lambda path: path.suffix == ".idx"):
        target = repository.path / "objects" / path.relative_to(objects)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(path, target)


def holds(repository: Repository, commit: str) -> bool:
    """Whether a commit and its top folder are in the repository."""
    try:
        repository.git("cat-file", "-e", f"{commit}^{{tree}}")
    except ProgramError:
        return False
    return True


def _wanted(path: Path) -> bool:
    # info/ speaks about the source's own refs and neighbours; tmp_ is unfinished
    return "info" not in path.parts[-2:-1] and not path.name.startswith("tmp_")


def _link(path: Path, target: Path) -> None:
    aside = target.with_name(f"tmp_{target.name}")
    aside.unlink(missing_ok=True)
    try:
        os.link(path, aside)
    except OSError:  # another file system
        shutil.copyfile(path, aside)
    os.replace(aside, target)
