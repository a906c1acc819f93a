"""Branches, releases, dates and names of all commits in the mirror, from two git calls."""

import functools

from packaging.version import InvalidVersion, Version

from tools.upstreams.repository import Repository


class Branch(list[str]):
    """The tracked commits of a tool along first parents, newest first.

    A list for asv, with a fast `in`: asv asks it for each result.
    """

    def __init__(self, hashes: list[str]) -> None:
        super().__init__(hashes)
        self.position = {commit: number for number, commit in enumerate(hashes)}

    def __contains__(self, commit: object) -> bool:
        return commit in self.position


class History:
    """The mirror's commits at the time of construction."""

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
        self.branches = {tool: self._branch(head, parents) for tool, head in self.heads.items()}

    def _branch(self, head: str, parents: dict[str, str]) -> Branch:
        commits, oldest_release = [], 0
        commit = head
        while commit:
            commits.append(commit)
            if commit in self.versions:
                oldest_release = len(commits)
            commit = parents[commit]
        # commits before the first tracked release are not measured
        return Branch(commits[: oldest_release or len(commits)])

    def in_order(self) -> list[str]:
        """All commits of all branches, oldest first, a commit after its parents."""
        return list(self.dates)[::-1]

    def tool_of(self, commit: str) -> str | None:
        """The tool on whose branch a commit is; None for other commits."""
        return next((tool for tool, branch in self.branches.items() if commit in branch), None)

    def resolve(self, name: str) -> str | None:
        """The commit that a release, branch or full hash names; None for all else."""
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
        """`older..newer` along one branch, newest first; None when they are on different ones."""
        for branch in self.branches.values():
            if older in branch and newer in branch:
                return branch[branch.position[newer] : branch.position[older]]
        return None

    @functools.cached_property
    def names(self) -> dict[str, str]:
        """A name that git understands, by commit: `sgkit/0.6.0`, `sgkit/0.6.0~3`, `sgkit~2`."""
        named = {}
        for tool, branch in self.branches.items():
            base, steps = tool, 0
            for commit in branch:
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
