"""asv's Repo plugin `union`: the union mirror, answered in few git calls."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from asv import util
from asv.console import log
from asv.plugins.git import Git
from asv.repo import NoSuchNameError

from tools.common import paths
from tools.common.errors import TrackerError
from tools.upstreams import config
from tools.upstreams.mirror import Mirror


class Line(list[str]):
    """A list of hashes that knows at once whether it holds one: asv asks for each result."""

    def __init__(self, hashes: list[str]) -> None:
        super().__init__(hashes)
        self._members = frozenset(hashes)

    def __contains__(self, commit: object) -> bool:
        return commit in self._members


class UnionRepo(Git):
    """asv.conf.json's `repo` names upstreams.toml; the histories are in the mirror."""

    dvcs = "union"

    def __init__(self, url: str, mirror_path: str) -> None:
        self._git = util.which("git")
        self._path = str(paths.mirror_dir())
        self._pulled = False
        self._toml = Path(url)
        self._mirror = Mirror(paths.mirror_dir())
        self._default_branch = None
        if not self._mirror.exists():
            self.pull()

    @classmethod
    def url_match(cls, url: str) -> bool:
        return False  # chosen by `"dvcs": "union"` only

    def pull(self) -> None:
        """Bring the mirror up to date once; without a network go on with what it holds."""
        if self._pulled or (os.environ.get("GWAS_NO_PULL") and self._mirror.exists()):
            return
        log.info("Updating the upstreams")
        try:
            self._mirror.update(config.load(self._toml).values(), say=log.info)
        except TrackerError as error:
            raise util.UserError(str(error)) from None
        self._pulled = True

    def checkout(self, path: str, commit_hash: str) -> None:
        self._mirror.checkout(commit_hash, Path(path))

    def get_branch_name(self, branch: str | None = None) -> str:
        if branch is None:
            raise util.UserError("a branch is needed: sgkit, hail or dask")
        return branch

    @functools.cache  # noqa: B019  (one repository object lives as long as the command)
    def get_date(self, hash: str) -> int:
        """Committer date in ms: when the change reached the branch, not when it was written."""
        try:
            return int(self._run_git(["show", "-s", "--format=%ct", hash], dots=False)) * 1000
        except util.ProcessError:
            raise util.UserError(_unknown(hash)) from None

    def get_hashes_from_range(self, range_spec: str) -> list[str]:
        try:
            return super().get_hashes_from_range(range_spec)
        except util.ProcessError:
            raise util.UserError(_unknown(range_spec)) from None

    def get_hash_from_name(self, name: str) -> str:
        try:
            return super().get_hash_from_name(name)
        except (util.ProcessError, NoSuchNameError):
            raise util.UserError(_unknown(name)) from None

    def get_name_from_hash(self, commit: str) -> str | None:
        return self._names().get(commit)

    def get_tags(self) -> dict[str, str]:
        tags = self._mirror.repository.refs("refs/tags")
        return {name.removeprefix("refs/tags/"): commit for name, commit in tags.items()}

    def get_date_from_name(self, name: str) -> int:
        return self._dates()[name] if name in self._dates() else self.get_date(name)

    @functools.cache  # noqa: B019
    def get_branch_commits(self, branch: str) -> list[str]:
        return Line(self.get_hashes_from_range(self.get_branch_name(branch)))

    def get_revisions(self, commits: set[str]) -> dict[str, int]:
        listing = self._run_git(["rev-list", "--all", "--date-order", "--reverse"])
        numbered = enumerate(listing.splitlines())
        return {commit: number for number, commit in numbered if commit in commits}

    @functools.cache  # noqa: B019
    def _names(self) -> dict[str, str]:
        return {commit: name for name, commit in self.get_tags().items()}

    @functools.cache  # noqa: B019
    def _dates(self) -> dict[str, int]:
        listing = self._run_git(["log", "--tags", "--branches", "--format=%H %ct"], dots=False)
        pairs = (line.split() for line in listing.splitlines())
        return {commit: int(seconds) * 1000 for commit, seconds in pairs}


def _unknown(name: str) -> str:
    return (
        f"no commit, range or release {name!r} among the upstreams. "
        "`python -m tools upstreams list` shows the releases (named like sgkit/0.10.0)."
    )
