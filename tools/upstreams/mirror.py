"""The union mirror: each tool's history as a branch of its own in one bare repository."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.common import files
from tools.common.errors import UnreachableError, UsageError
from tools.common.process import ProgramError
from tools.upstreams import git_source, index_source
from tools.upstreams.config import Upstream
from tools.upstreams.repository import Repository

# Left out of work trees: no wheel needs them, and some mirrors lack their large files.
_SPARSE = ("/*", "!/docs/", "!/benchmarks/", "!**/tests/data/", "!**/test/resources/")


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
        self._lines: dict[str, list[str]] = {}

    def exists(self) -> bool:
        """Whether anything was mirrored yet."""
        return (self.path / "HEAD").exists() and bool(self.repository.refs("refs/heads"))

    def update(
        self,
        upstreams: Iterable[Upstream],
        source: str | None = None,
        say: Callable[[str], None] = print,
    ) -> list[str]:
        """Bring each upstream's branch up to date; returns the tools that did not answer.

        `source` ("git" or "index") overrides the configuration and changes over a tool that
        came from the other so far. A tool that does not answer keeps what is mirrored; the
        first update of a tool raises UnreachableError instead.
        """
        with files.lock(self.path.with_suffix(".lock"), "the mirror of the upstreams", 600):
            self.repository.create()
            silent = []
            for upstream in upstreams:
                try:
                    self._update(upstream, source, say)
                except UnreachableError as error:
                    if not self.source_of(upstream.name):
                        raise
                    say(f"warning: {error}\n  {upstream.name}: going on with what is mirrored")
                    silent.append(upstream.name)
            return silent

    def source_of(self, tool: str) -> str | None:
        """Where a tool's branch came from: "git", "index", or None when it is not mirrored."""
        try:
            return self.repository.git("config", f"gwas.{tool}.source")
        except ProgramError:
            return None

    def releases(self, tool: str) -> list[Commit]:
        """The tool's releases in the order of its branch, oldest first."""
        line = {commit: at for at, commit in enumerate(self.line(tool))}
        tagged = self.repository.refs(f"refs/tags/{tool}")
        on_line = sorted(
            (commit for commit in tagged.values() if commit in line), key=line.__getitem__
        )
        return self.commits(on_line[::-1])

    def line(self, tool: str) -> list[str]:
        """All commits of a tool's branch along first parents, newest first."""
        if tool not in self._lines:
            listing = self.repository.git("rev-list", "--first-parent", f"refs/heads/{tool}")
            self._lines[tool] = listing.splitlines()
        return self._lines[tool]

    def commit(self, name: str) -> Commit:
        """The commit that a hash, prefix, branch or `tool/version` names; else UsageError."""
        try:
            found = self.repository.git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except ProgramError:
            known = "python -m tools upstreams list"
            raise UsageError(
                f"no commit or release {name!r} in the mirror",
                hint=f"`{known}` shows what there is; releases are named like sgkit/0.10.0",
            ) from None
        return self.commits([found])[0]

    def commits(self, hashes: list[str]) -> list[Commit]:
        """The commits with these full hashes, in this order, by one git call."""
        if not hashes:
            return []
        versions = self._versions()
        separator = "\x1e"
        text = self.repository.git(
            "log", "--no-walk=unsorted", "--stdin",
            f"--format=%H%x00%ct%x00%an%x00%s%x00%b{separator}",
            input="\n".join(hashes) + "\n",
        )  # fmt: skip
        made = []
        for entry in text.split(separator)[:-1]:
            commit, seconds, author, subject, body = entry.lstrip("\n").split("\x00")
            tool = self.tool_of(commit)
            date = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
            source = self.source_of(tool) or "git"
            version = versions.get(commit)
            made.append(Commit(tool, commit, date, author, subject, body, version, source))
        return made

    def tool_of(self, commit: str) -> str:
        """The tool whose history holds a commit (the histories are disjoint)."""
        heads = self.repository.git(
            "for-each-ref", "--format=%(refname:lstrip=2)", "--contains", commit, "refs/heads"
        ).splitlines()
        if not heads:
            raise UsageError(f"commit {commit[:8]} is on no tracked branch")
        return heads[0]

    def release_before(self, commit: Commit) -> Commit | None:
        """The nearest release at or before a commit on its branch, or None."""
        versions = self._versions()
        ancestors = self.repository.git("rev-list", "--first-parent", commit.hash).splitlines()
        for ancestor in ancestors:
            if ancestor in versions:
                return self.commits([ancestor])[0]
        return None

    def checkout(self, commit: str, directory: Path) -> None:
        """A clean work tree of a commit in `directory`, which shares the mirror's objects.

        git knows the tree, because sgkit asks it for its list of packages; documentation
        and test data are left out.
        """
        if not (directory / ".git").exists():
            shutil.rmtree(directory, ignore_errors=True)
            self.repository.git(
                "clone", "--quiet", "--shared", "--no-checkout", self.path, directory
            )
        tree = Repository(directory / ".git")
        tree.git("config", "core.sparseCheckout", "true")
        files.write_text(
            directory / ".git" / "info" / "sparse-checkout", "\n".join(_SPARSE) + "\n"
        )
        inside = ("--work-tree", directory)
        tree.git(*inside, "checkout", "--quiet", "--force", "--detach", commit)
        tree.git(*inside, "clean", "-fdxq")

    def _versions(self) -> dict[str, str]:
        tags = self.repository.refs("refs/tags")
        return {commit: name.rpartition("/")[2] for name, commit in tags.items()}

    def _update(self, upstream: Upstream, wanted: str | None, say: Callable[[str], None]) -> None:
        tool, before = upstream.name, self.source_of(upstream.name)
        source = wanted or (upstream.source if upstream.source != "auto" else before)
        if source is None:
            found = git_source.answers(upstream, self.repository)
            source = "git" if found else "index"
            why = "it answers" if found else "it does not answer"
            say(f"{tool}: {upstream.git}: {why}; following the {_NAMES[source]}")
        if before and source != before and not wanted:
            raise UsageError(
                f"{tool} was mirrored from the {_NAMES[before]}, and is now configured for the "
                f"{_NAMES[source]}: the two do not mix",
                hint=f"`python -m tools upstreams update {tool} --source {source}` changes over; "
                "results that were measured on the other stay on disk and leave the graphs",
            )
        branch, own_tags = f"refs/heads/{tool}", self.repository.refs(f"refs/tags/{tool}")
        if before and source != before:
            self.repository.move({}, [branch, *own_tags])
            own_tags = {}
        if source == "git":
            tip, releases = git_source.fetch(upstream, self.repository)
        else:
            mirrored = {name.rpartition("/")[2]: commit for name, commit in own_tags.items()}
            tip, releases = index_source.append(upstream, self.repository, mirrored)
        tags = {f"refs/tags/{tool}/{version}": commit for version, commit in releases.items()}
        self.repository.git("config", f"gwas.{tool}.source", source)
        self.repository.move(
            {branch: tip, **tags}, [name for name in own_tags if name not in tags]
        )
        self._lines.pop(tool, None)
        say(f"{tool}: {len(releases)} releases, {len(self.line(tool))} commits ({_NAMES[source]})")


_NAMES = {"git": "git history", "index": "package index's release history"}
