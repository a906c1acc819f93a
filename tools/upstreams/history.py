"""Branches, releases, dates and names of all commits in the mirror, from two git calls."""

import functools
from collections.abc import Iterable
from pathlib import Path

from packaging.version import Version

from tools.common import files
from tools.upstreams import dates
from tools.upstreams.repository import Repository
from tools.upstreams.versions import version


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
        heads = _below(refs, "refs/heads/")
        in_order = dict.fromkeys([*order(repository), *heads])
        self.heads = {tool: heads[tool] for tool in in_order if tool in heads}
        self.tags = _below(refs, "refs/tags/")
        self.sources = dict(name.split("/") for name in _below(refs, "refs/source/"))
        stated: dict[str, int] = {}
        parents: dict[str, str] = {}
        if self.heads:
            # rev-list answers from the commit graph; log would open every commit
            listing = repository.git(
                "rev-list", "--branches", "--first-parent", "--date-order",
                "--timestamp", "--parents",
            )  # fmt: skip
            for entry in listing.splitlines():
                seconds, commit, *before = entry.split(" ")
                stated[commit] = int(seconds)
                parents[commit] = before[0] if before else ""
        self.dates = dates.possible(stated, parents)  # commit -> committer date in seconds
        self.releases = {tool: self._releases(tool) for tool in self.heads}  # commit -> version
        self.versions: dict[str, str] = {}
        for tool in reversed(self.heads):  # of branches that share commits, the first one's
            self.versions |= self.releases[tool]
        self.branches = {tool: self._branch(tool, parents) for tool in self.heads}

    def _releases(self, tool: str) -> dict[str, str]:
        """{commit: version} of a tool; of a commit with several tags, the highest version."""
        own = [(tag.partition("/")[2], commit) for tag, commit in self.tags.items()
               if tag.startswith(f"{tool}/")]  # fmt: skip
        return {commit: text for text, commit in sorted(own, key=lambda entry: Version(entry[0]))}

    def _branch(self, tool: str, parents: dict[str, str]) -> Branch:
        commits, oldest_release = [], 0
        commit = self.heads[tool]
        while commit:
            commits.append(commit)
            if commit in self.releases[tool]:
                oldest_release = len(commits)
            commit = parents[commit]
        # commits before the first tracked release are not measured
        return Branch(commits[: oldest_release or len(commits)])

    def in_order(self) -> list[str]:
        """All commits of all branches, oldest first, a commit after its parents."""
        return list(self.dates)[::-1]

    def tool_of(self, commit: str) -> str | None:
        """The tool to which a commit belongs: the first on whose branch it is; None without.

        Two tools may follow branches of one repository. They share the commits before the fork.
        """
        return next((tool for tool, branch in self.branches.items() if commit in branch), None)

    def resolve(self, name: str) -> str | None:
        """The commit that a release, branch or full hash names; None for all else."""
        if name in self.tags or name in self.heads:
            return self.tags.get(name) or self.heads[name]
        if self.tool_of(name) is not None:
            return name
        tool, _, text = name.partition("/")
        release = version(text)  # dask/2022.01.0 is dask/2022.1.0
        return self.tags.get(f"{tool}/{release}") if release else None

    def between(self, older: str, newer: str) -> list[str] | None:
        """`older..newer` along one branch, newest first; None when they are on different ones."""
        for branch in self.branches.values():
            if older in branch and newer in branch:
                return branch[branch.position[newer] : branch.position[older]]
        return None

    @functools.cached_property
    def names(self) -> dict[str, str]:
        """A name that git understands, by commit: `sgkit/0.6.0`, `sgkit/0.6.0~3`, `sgkit~2`."""
        named: dict[str, str] = {}
        for tool, branch in self.branches.items():
            base, steps = tool, 0
            for commit in branch:
                if commit in self.releases[tool]:
                    base, steps = f"{tool}/{self.releases[tool][commit]}", 0
                named.setdefault(commit, f"{base}~{steps}" if steps else base)
                steps += 1
        return named


def order(repository: Repository) -> list[str]:
    """The tools in the order in which they were added to the mirror."""
    path = _order_file(repository)
    return path.read_text().split() if path.exists() else []


def add_to_order(repository: Repository, tools: Iterable[str]) -> None:
    """Put tools that are new after the others: commits that are shared keep their tool."""
    before = order(repository)
    after = list(dict.fromkeys([*before, *tools]))
    if after != before:
        files.write_text(_order_file(repository), "\n".join(after) + "\n")


def _order_file(repository: Repository) -> Path:
    return repository.path / "tools"


def _below(refs: dict[str, str], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): commit
        for name, commit in refs.items()
        if name.startswith(prefix)
    }
