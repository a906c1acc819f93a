"""asv's Repo plugin `union`: the mirror with all tools' histories.

asv calls git for each tag, result and change point: thousands of calls on three branches. This
plugin reads the whole mirror in two calls. GWAS_NO_PULL=1 stops it from updating the mirror: a
night updates it once.
"""

import os
import re
import shlex
import shutil
from collections.abc import Container
from pathlib import Path

from asv import util
from asv.console import log
from asv.plugins.git import Git
from asv.repo import NoSuchNameError

from tools.common import paths
from tools.common.errors import BusyError, TrackerError
from tools.common.process import ProgramError
from tools.upstreams import config, dates
from tools.upstreams.history import Branch, History
from tools.upstreams.mirror import Mirror

FIRST_WAIT = 3600  # seconds, while another process makes the mirror


class UnknownHash(NoSuchNameError, util.UserError):
    """A hash that is not in the mirror. asv may still have results of it."""


class UnionRepo(Git):
    """The mirror as asv's repository; `repo` in asv.conf.json names upstreams.toml."""

    dvcs = "union"

    def __init__(self, url: str, mirror_path: str) -> None:
        self._git = shutil.which("git")
        if self._git is None:
            raise util.UserError("git is not installed, or not on PATH (apt-get install git)")
        self._path = str(paths.mirror_dir())
        self._pulled = False
        self._toml = Path(url)
        self._mirror = Mirror(paths.mirror_dir())
        self._default_branch = None
        self._upstreams = tuple(config.load(self._toml).values())
        is_new = not self._mirror.exists()
        # only releases of these can be installed, so NEW and ranges leave out other commits
        self._releases_only = {tool.name for tool in self._upstreams if tool.build == "index"}
        if is_new:
            self._update(wait=FIRST_WAIT)

    @classmethod
    def url_match(cls, url: str) -> bool:
        return False  # only `"dvcs": "union"` selects it

    def pull(self) -> None:
        """Update the mirror once; without a network go on with the mirrored commits."""
        if not self._pulled and not os.environ.get("GWAS_NO_PULL"):
            self._update(wait=0)

    def _update(self, wait: float) -> None:
        log.info("Updating the upstreams")
        try:
            self._mirror.update(self._upstreams, say=_say, wait=wait)
        except BusyError:
            if not self._mirror.exists():
                raise
            log.warning("another process updates the upstreams; using the mirrored commits")
        self._pulled = True

    def _history(self) -> History:
        return self._mirror.history()

    def checkout(self, path: str, commit_hash: str) -> None:
        self._mirror.checkout(commit_hash, Path(path))

    def get_branch_name(self, branch: str | None = None) -> str:
        if branch is None:
            raise util.UserError("name a branch: " + ", ".join(self._history().heads))
        return branch

    def get_date(self, hash: str) -> int:
        """Committer date in ms: when the change reached the branch."""
        seconds = self._history().dates.get(hash)
        if seconds is None:  # it may have results, and be on no branch any more
            commit = self.get_hash_from_name(hash)
            text = self._mirror.repository.git("log", "--no-walk", "--format=%ct", commit)
            seconds = dates.nearest(text)
        return seconds * 1000

    def get_date_from_name(self, name: str) -> int:
        return self.get_date(name)

    def get_hashes_from_range(self, range_spec: str) -> list[str]:
        """The commits that can be measured, newest first, along first parents."""
        return [commit for commit in self._range(range_spec) if self._is_measured(commit)]

    def _is_measured(self, commit: str) -> bool:
        history = self._history()
        tool = history.tool_of(commit)
        # a generated commit without a tag is a yanked release
        releases_only = tool in self._releases_only or history.sources.get(tool or "") == "index"
        return commit in history.versions or not releases_only

    def _range(self, spec: str) -> list[str]:
        history = self._history()
        if single := re.fullmatch(r"([^\s.^]\S*)\^!", spec):
            return [self.get_hash_from_name(single[1])]
        if ends := re.fullmatch(r"([^\s^-]\S*?)\.\.([^\s.]\S*)", spec):
            older, newer = map(self.get_hash_from_name, ends.groups())
            between = history.between(older, newer)
            if between is not None:
                return between
            tools = history.tool_of(older), history.tool_of(newer)
            if None not in tools and tools[0] != tools[1]:
                raise util.UserError(
                    f"{spec} goes from {tools[0]} to {tools[1]}: a range is within one tool"
                )
            spec = f"{older}..{newer}"
        elif (tip := history.resolve(spec)) and (owner := history.tool_of(tip)):
            commits = history.branches.get(spec.partition("/")[0], history.branches[owner])
            return commits[commits.position[tip] :]
        try:
            words = shlex.split(spec)
            if not words:
                raise ValueError("empty")
            listing = self._mirror.repository.git("rev-list", "--first-parent", *words, "--")
        except (ProgramError, ValueError):
            raise util.UserError(str(self._mirror.unknown(spec))) from None
        return listing.split()

    def get_hash_from_name(self, name: str | None) -> str:
        name = self.get_branch_name(name)
        try:
            return self._mirror.find(name)
        except TrackerError as error:
            if name in {upstream.name for upstream in self._upstreams}:
                update = f"`python -m tools upstreams update {name}`"
                raise util.UserError(f"{name} is not mirrored yet: run {update}") from None
            if re.fullmatch(r"[0-9a-f]{7,40}", name):
                raise UnknownHash(str(error)) from None
            raise util.UserError(str(error)) from None

    def get_hash_from_parent(self, name: str) -> str:
        try:
            return self._mirror.find(f"{name}^")
        except TrackerError:
            label = self.get_name_from_hash(name) or name
            raise util.UserError(f"{label} is the oldest commit: nothing is before it") from None

    def get_name_from_hash(self, commit: str) -> str | None:
        return self._history().names.get(commit)

    def get_decorated_hash(self, commit: str, hash_length: int = 8) -> str:
        # `asv show` passes what the user typed
        return super().get_decorated_hash(self._history().resolve(commit) or commit, hash_length)

    def get_tags(self) -> dict[str, str]:
        return dict(self._history().tags)

    def get_branch_commits(self, branch: str) -> Branch:
        commits = self._mirror.branch(self.get_branch_name(branch))
        return Branch([commit for commit in commits if self._is_measured(commit)])

    def get_revisions(self, commits: Container[str]) -> dict[str, int]:
        ordered = enumerate(self._history().in_order())
        return {commit: number for number, commit in ordered if commit in commits}


def _say(text: str) -> None:
    if text.startswith("warning: "):
        log.warning(text.removeprefix("warning: "))
    else:
        log.info(text)
