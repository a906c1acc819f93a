"""The union mirror: each tool's history as a branch of its own in one bare repository.

    refs/heads/<tool>            the tool's branch, with the upstream's own hashes and dates
    refs/tags/<tool>/<version>   its releases, on the branch's first-parent line only
    refs/source/<tool>/<source>  where the branch came from: git or index
    refs/upstream/<tool>         a git upstream's branch as last fetched

Everything in it can be made again: removing the folder is safe, and only costs the time.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.common import files
from tools.common.errors import DamagedError, UsageError
from tools.common.process import ProgramError
from tools.upstreams import updating, work_tree
from tools.upstreams.config import Upstream
from tools.upstreams.history import History, Line
from tools.upstreams.repository import Repository


@dataclass(frozen=True)
class Commit:
    """One commit of a tracked tool."""

    tool: str
    hash: str
    date: datetime.datetime  # committer date: when the change came to the branch
    author: str
    subject: str
    body: str
    version: str | None  # the release that this commit is
    source: str  # "git" or "index"


class Mirror:
    """The mirror at `path`; made by the first `update`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.repository = Repository(path)
        self._history: History | None = None

    def exists(self) -> bool:
        """Whether anything was mirrored yet."""
        with self._damage_named():
            return self.path.exists() and bool(self.repository.refs("refs/heads"))

    def update(
        self,
        upstreams: Iterable[Upstream],
        source: str | None = None,
        say: Callable[[str], None] = print,
        wait: float = 0,
    ) -> list[str]:
        """Bring each upstream's branch up to date; returns the tools that did not answer.

        `source` ("git" or "index") overrides the configuration and changes over a tool that
        came from the other so far. A tool that does not answer keeps what is mirrored; one
        that has nothing mirrored raises UnreachableError, after the others were updated.
        BusyError when another process has been updating for `wait` seconds.
        """
        with files.lock(self.path.with_suffix(".lock"), "the mirror of the upstreams", wait):
            try:
                with self._damage_named():
                    return updating.update(self.repository, upstreams, source, say)
            finally:
                self._history = None

    def history(self) -> History:
        """Branches, releases, dates and names in memory, as of the first call or last update."""
        if self._history is None:
            with self._damage_named():
                self._history = History(self.repository)
        return self._history

    @contextmanager
    def _damage_named(self) -> Iterator[None]:
        try:
            yield
        except ProgramError as error:  # git fails on its own files
            raise DamagedError(
                f"the mirror of the upstreams cannot be read: {error}",
                hint=f"remove {self.path} and run `python -m tools upstreams update`: "
                "everything in it is made again",
            ) from None

    def source_of(self, tool: str) -> str | None:
        """Where a tool's branch came from: "git", "index", or None when it is not mirrored."""
        return self.history().sources.get(tool)

    def line(self, tool: str) -> Line:
        """The tracked commits of a tool along first parents, newest first."""
        try:
            return self.history().lines[tool]
        except KeyError:
            raise UsageError(
                f"{tool!r} is not mirrored",
                hint="`python -m tools upstreams update` mirrors what upstreams.toml names",
            ) from None

    def releases(self, tool: str) -> list[Commit]:
        """The tool's releases in the order of its branch, oldest first."""
        versions = self.history().versions
        return self.commits([commit for commit in reversed(self.line(tool)) if commit in versions])

    def find(self, name: str) -> str:
        """The full hash that a release, branch, hash, prefix or git expression names."""
        found = self.history().resolve(name)
        if found is not None:
            return found
        try:
            return self.repository.git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
            )
        except ProgramError:
            raise self.unknown(name) from None

    def unknown(self, name: str) -> UsageError:
        """The error for a name that is no commit here: with the nearest release, if any."""
        near = difflib.get_close_matches(name, self.history().tags, n=1, cutoff=0.8)
        return UsageError(
            f"no commit or release {name!r} in the mirror of the upstreams"
            + (f"; did you mean {near[0]}?" if near else ""),
            hint="`python -m tools upstreams list` shows the releases (named like sgkit/0.10.0)",
        )

    def commit(self, name: str) -> Commit:
        """The commit that a name as in `find` stands for; UsageError when there is none."""
        return self.commits([self.find(name)])[0]

    def commits(self, hashes: list[str]) -> list[Commit]:
        """The commits with these full hashes, in this order, by one git call."""
        if not hashes:
            return []
        fields = self.repository.git(
            "log", "--no-walk=unsorted", "--stdin", "-z",
            "--format=%H%x00%ct%x00%an%x00%s%x00%b", input="\n".join(hashes) + "\n",
        ).split("\x00")  # fmt: skip
        made = {}
        for start in range(0, len(fields) - 4, 5):
            commit, seconds, author, subject, body = fields[start : start + 5]
            tool = self.tool_of(commit)
            source = self.history().sources[tool]
            version = self.history().versions.get(commit)
            if version is None and source == "index":
                version = subject.rpartition(" ")[2]  # a release that is not tracked
            date = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
            made[commit] = Commit(
                tool, commit, date, author, subject, body.strip("\n"), version, source
            )
        return [made[commit] for commit in hashes]

    def tool_of(self, commit: str) -> str:
        """The tool whose history holds a commit (the histories are disjoint)."""
        tool = self.history().tool_of(commit)
        if tool is not None:
            return tool
        heads = self.repository.git(
            "for-each-ref", "--format=%(refname:lstrip=2)", "--contains", commit, "refs/heads"
        ).splitlines()
        if not heads:
            raise UsageError(f"commit {commit[:8]} is on no tracked branch")
        return heads[0]

    def release_before(self, commit: Commit) -> Commit | None:
        """The nearest release at or before a commit on its branch, or None."""
        line, versions = self.line(commit.tool), self.history().versions
        ancestors = (
            line[line.at[commit.hash] :]
            if commit.hash in line
            else self.repository.git("rev-list", "--first-parent", commit.hash).splitlines()
        )
        found = next((ancestor for ancestor in ancestors if ancestor in versions), None)
        return self.commits([found])[0] if found else None

    def checkout(self, commit: Commit | str, directory: Path) -> None:
        """A clean work tree of a commit in `directory`, which shares the mirror's objects.

        git knows the tree, because sgkit asks it for its list of packages; documentation
        and test data are left out.
        """
        found = commit if isinstance(commit, Commit) else self.commit(commit)
        work_tree.checkout(self.repository, found.tool, found.hash, directory)
