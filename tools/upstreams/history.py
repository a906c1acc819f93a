"""What the mirror holds, read in two git calls and answered from memory."""

from __future__ import annotations

import functools

from packaging.version import InvalidVersion, Version

from tools.upstreams.repository import Repository


class Line(list[str]):
    """Hashes that also answer at once whether one is among them: asv asks for each result."""

    def __init__(self, hashes: list[str]) -> None:
        super().__init__(hashes)
        self.at = {commit: position for position, commit in enumerate(hashes)}

    def __contains__(self, commit: object) -> bool:
        return commit in self.at


class History:
    """The tools' branches, releases, dates and names, as they were when this was made."""

    def __init__(self, repository: Repository) -> None:
        refs = repository.refs("refs/heads", "refs/tags", "refs/source")
        self.heads = _below(refs, "refs/heads/")
        self.tags = _below(refs, "refs/tags/")
        self.sources = dict(name.split("/") for name in _below(refs, "refs/source/"))
        self.dates: dict[str, int] = {}  # commit -> committer date in seconds
        parents: dict[str, str] = {}
        if self.heads:
            # rev-list answers from the commit graph; log would open every commit
            listing = repository.git(
                "rev-list", "--branches", "--first-parent", "--date-order",
                "--timestamp", "--parents",
            )  # fmt: skip
            for entry in listing.splitlines():
                seconds, commit, *before = entry.split(" ")
                self.dates[commit] = int(seconds)
                parents[commit] = before[0] if before else ""
        self.versions = {commit: tag.split("/", 1)[1] for tag, commit in self.tags.items()}
        self.lines = {tool: self._line(head, parents) for tool, head in self.heads.items()}

    def _line(self, head: str, parents: dict[str, str]) -> Line:
        line, oldest_release = [], 0
        commit = head
        while commit:
            line.append(commit)
            if commit in self.versions:
                oldest_release = len(line)
            commit = parents[commit]
        # what lies before the first tracked release is history, but not ours to measure
        return Line(line[: oldest_release or len(line)])

    def in_order(self) -> list[str]:
        """All commits of all branches, oldest first, a commit after its parents."""
        return list(self.dates)[::-1]

    def tool_of(self, commit: str) -> str | None:
        """The tool on whose tracked line a commit is."""
        return next((tool for tool, line in self.lines.items() if commit in line), None)

    def resolve(self, name: str) -> str | None:
        """The commit that a release, branch or full hash names; None: git may know more."""
        if name in self.tags or name in self.heads:
            return self.tags.get(name) or self.heads[name]
        if self.tool_of(name) is not None:
            return name
        tool, _, text = name.partition("/")
        try:  # dask/2022.01.0 is dask/2022.1.0
            return self.tags.get(f"{tool}/{Version(text)}")
        except InvalidVersion:
            return None

    def between(self, older: str, newer: str) -> list[str] | None:
        """`older..newer` along one tool's line, newest first; None when they are not on one."""
        for line in self.lines.values():
            if older in line and newer in line:
                return line[line.at[newer] : line.at[older]]
        return None

    @functools.cached_property
    def names(self) -> dict[str, str]:
        """Commit -> a name that git resolves back: `sgkit/0.6.0`, `sgkit/0.6.0~3`, `sgkit~2`."""
        named = {}
        for tool, line in self.lines.items():
            base, steps = tool, 0
            for commit in line:
                if commit in self.versions:
                    base, steps = f"{tool}/{self.versions[commit]}", 0
                named[commit] = f"{base}~{steps}" if steps else base
                steps += 1
        return named


def _below(refs: dict[str, str], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): commit
        for name, commit in refs.items()
        if name.startswith(prefix)
    }
