"""The union mirror: each tool's history as a branch of its own in one bare repository.

    refs/heads/<tool>            the tool's branch, with the upstream's own hashes and dates
    refs/tags/<tool>/<version>   its releases, on the branch's first-parent line only
    refs/source/<tool>/<source>  where the branch came from: git or index
    refs/upstream/<tool>         a git upstream's branch as last fetched
    tools                        a file with the tools in the order in which they were added

It is safe to remove the folder: the next update makes everything in it again.
"""

import datetime
import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.common import files, foreign_text
from tools.common.errors import DamagedError, UsageError
from tools.common.process import ProgramError
from tools.upstreams import dates, mirror_update, work_tree
from tools.upstreams.config import Upstream
from tools.upstreams.history import Branch, History
from tools.upstreams.repository import Repository

_AUTHOR, _SUBJECT, _BODY = 100, 300, 10_000  # characters that are kept


@dataclass(frozen=True)
class Commit:
    """One commit of a tracked tool."""

    tool: str
    hash: str
    date: datetime.datetime  # committer date (see dates): when the change came to the branch
    author: str  # this and the next two are cleaned and cut
    subject: str
    body: str
    version: str | None  # the release that this commit is
    source: str  # "git" or "index"


class Mirror:
    """The mirror at `path`. The first `update` makes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.repository = Repository(path)
        self._history: History | None = None

    def exists(self) -> bool:
        """Whether anything is mirrored."""
        with self._damage_reported():
            return self.path.exists() and bool(self.repository.refs("refs/heads"))

    def update(
        self,
        upstreams: Iterable[Upstream],
        source: str | None = None,
        say: Callable[[str], None] = print,
        wait: float = 0,
    ) -> list[str]:
        """Update each upstream's branch; return the tools that did not answer.

        `source` ("git" or "index") overrides the configuration. A tool that came from the other
        source changes over. A tool that does not answer keeps its branch; without one it raises
        UnreachableError, after all others were updated. BusyError when another process still
        updates after `wait` seconds.
        """
        with files.lock(self.path.with_suffix(".lock"), "the mirror of the upstreams", wait):
            try:
                with self._damage_reported():
                    return mirror_update.update(
                        self.repository,
                        list(upstreams),
                        source,
                        lambda text: say(foreign_text.clean(text)),
                    )
            finally:
                self._history = None

    def history(self) -> History:
        """The mirror's commits, as of the first call or the last update."""
        if self._history is None:
            with self._damage_reported():
                self._history = History(self.repository)
        return self._history

    @contextmanager
    def _damage_reported(self) -> Iterator[None]:
        try:
            yield
        except ProgramError as error:  # git cannot read its own files
            raise DamagedError(
                f"the mirror of the upstreams cannot be read: {error}",
                hint=f"remove {self.path} and run `python -m tools upstreams update`: "
                "everything in it is made again",
            ) from None

    def source_of(self, tool: str) -> str | None:
        """Where a tool's branch came from: "git", "index", or None when it is not mirrored."""
        return self.history().sources.get(tool)

    def branch(self, tool: str) -> Branch:
        """The tracked commits of a tool along first parents, newest first."""
        try:
            return self.history().branches[tool]
        except KeyError:
            raise UsageError(
                f"{tool!r} is not mirrored",
                hint="`python -m tools upstreams update` mirrors what upstreams.toml names",
            ) from None

    def releases(self, tool: str) -> list[Commit]:
        """The tool's releases in the order of its branch, oldest first."""
        versions = self.history().releases.get(tool, {})
        return self.commits(
            [commit for commit in reversed(self.branch(tool)) if commit in versions]
        )

    def find(self, name: str) -> str:
        """The full hash that a release, branch, hash, prefix or git expression names."""
        commit = self.history().resolve(name)
        if commit is not None:
            return commit
        try:
            return self.repository.git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
            )
        except ProgramError:
            raise self.unknown(name) from None

    def unknown(self, name: str) -> UsageError:
        """The error for an unknown name, with the most similar release."""
        near = difflib.get_close_matches(name, self.history().tags, n=1, cutoff=0.8)
        return UsageError(
            f"no commit or release {name!r} in the mirror of the upstreams"
            + (f"; did you mean {near[0]}?" if near else ""),
            hint="`python -m tools upstreams list` shows the releases (named like sgkit/0.10.0)",
        )

    def commit(self, name: str) -> Commit:
        """The commit of a name as in `find`; UsageError when there is none."""
        return self.commits([self.find(name)])[0]

    def commits(self, hashes: list[str]) -> list[Commit]:
        """The commits with these full hashes, in this order, from one git call."""
        if not hashes:
            return []
        fields = self.repository.git(
            "log", "--no-walk=unsorted", "--stdin", "-z",
            "--format=%H%x00%ct%x00%an%x00%s%x00%b", input="\n".join(hashes) + "\n",
        ).split("\x00")  # fmt: skip
        by_hash = {}
        for start in range(0, len(fields) - 4, 5):
            commit, seconds, author, subject, body = fields[start : start + 5]
            tool = self.tool_of(commit)
            source = self.history().sources[tool]
            version = self.history().versions.get(commit)
            if version is None and source == "index":
                version = subject.rpartition(" ")[2]  # a release that is not tracked
            stamp = self.history().dates.get(commit) or dates.nearest(seconds)
            by_hash[commit] = Commit(
                tool,
                commit,
                datetime.datetime.fromtimestamp(stamp, datetime.timezone.utc),
                foreign_text.line(author, _AUTHOR),
                foreign_text.line(subject, _SUBJECT),
                foreign_text.clean(body.strip("\n"), _BODY),
                version,
                source,
            )
        return [by_hash[commit] for commit in hashes]

    def tool_of(self, commit: str) -> str:
        """The tool whose history has a commit; UsageError when none has."""
        tool = self.history().tool_of(commit)
        if tool is not None:
            return tool
        containing = self.repository.git(
            "for-each-ref", "--format=%(refname:lstrip=2)", "--contains", commit, "refs/heads"
        ).splitlines()
        for tool in self.history().heads:
            if tool in containing:
                return tool
        raise UsageError(
            f"commit {commit[:8]} is on no tracked branch: its upstream rewrote its history, or "
            "is no longer tracked"
        )

    def release_before(self, commit: Commit) -> Commit | None:
        """The nearest release at or before a commit on its branch, or None."""
        branch = self.branch(commit.tool)
        versions = self.history().releases[commit.tool]
        ancestors = (
            branch[branch.position[commit.hash] :]
            if commit.hash in branch
            else self.repository.git("rev-list", "--first-parent", commit.hash).splitlines()
        )
        release = next((ancestor for ancestor in ancestors if ancestor in versions), None)
        return self.commits([release])[0] if release else None

    def checkout(self, commit: Commit | str, directory: Path) -> None:
        """Check a commit out into `directory`, without documentation and test data.

        It is a git work tree that shares the mirror's objects: sgkit's build asks git for the
        list of its files.
        """
        if isinstance(commit, str):
            commit = self.commit(commit)
        work_tree.checkout(self.repository, commit.tool, commit.hash, directory)
