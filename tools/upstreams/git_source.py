"""The history of a tool from its git repository."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from packaging.version import Version

from tools.common.errors import UnreachableError
from tools.common.process import ProgramError
from tools.upstreams import local_copy
from tools.upstreams.config import Upstream
from tools.upstreams.repository import Repository
from tools.upstreams.versions import version

PROBE_SECONDS = 8  # for a git upstream to list its branches and tags
FETCH_SECONDS = 3600  # a first fetch of a large history over a slow line

_LISTED = r"^([0-9a-f]{40,64})\t(\S+)$"  # a line of git ls-remote


@dataclass(frozen=True)
class Listing:
    """The branch and tags of a git upstream."""

    tip: str  # newest commit of the tracked branch
    tags: Mapping[str, str]  # tag -> commit


def ask(upstream: Upstream, repository: Repository) -> Listing:
    """Ask the upstream for its branch and tags; UnreachableError when it does not answer."""
    branch = f"refs/heads/{upstream.branch}"
    try:
        answer = repository.git(
            "ls-remote", "--symref", "--", upstream.git, "HEAD", branch, "refs/tags/*",
            timeout=PROBE_SECONDS, network=True,
        )  # fmt: skip
    except ProgramError as error:
        raise _unreachable(upstream, error) from None
    refs = {name: commit for commit, name in re.findall(_LISTED, answer, re.MULTILINE)}
    if branch not in refs:
        default = re.search(r"^ref: refs/heads/(\S+)\tHEAD$", answer, re.MULTILINE)
        raise UnreachableError(
            f"{upstream.name}: {upstream.address} has no branch {upstream.branch!r}"
            + (f"; its default branch is {default[1]!r}" if default else ""),
            hint=f"upstreams.toml names it: [{upstream.name}] branch",
        )
    # an annotated tag is listed twice; the line with ^{} has its commit
    tags = {
        name.removeprefix("refs/tags/"): refs.get(f"{name}^{{}}", commit)
        for name, commit in refs.items()
        if name.startswith("refs/tags/") and not name.endswith("^{}")
    }
    return Listing(refs[branch], tags)


def fetch(upstream: Upstream, repository: Repository, listing: Listing) -> dict[str, int]:
    """Fetch the branch; {commit: stated date in seconds} along first parents, newest first.

    The objects arrive below refs/upstream/<tool>, which no reader uses. So an interrupted fetch
    leaves the mirror as it was. UnreachableError when the history is not complete.
    """
    own = f"refs/upstream/{upstream.name}"
    before = repository.refs(own).get(own)
    if before != listing.tip:
        try:
            repository.git(
                "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance",
                "--no-recurse-submodules", "--", upstream.git,
                f"+refs/heads/{upstream.branch}:{own}", timeout=FETCH_SECONDS, network=True,
            )  # fmt: skip
        except ProgramError as error:
            folder = local_copy.folder(upstream.git)
            if folder is None:
                raise _unreachable(upstream, error) from None
            local_copy.copy(folder, repository)
            if not local_copy.has_commit(repository, listing.tip):
                raise _unreachable(upstream, error) from None
            if not local_copy.has_history(repository, listing.tip):
                raise _incomplete(upstream) from None
            repository.move({own: listing.tip}, [])
    tip = repository.refs(own).get(own)
    if tip is None or tip == before != listing.tip:  # git warns, and ends well
        raise _incomplete(upstream)
    line = repository.git("rev-list", "--first-parent", "--timestamp", tip).splitlines()
    return {commit: int(seconds) for seconds, commit in map(str.split, line)}


def releases(tags: Mapping[str, str], line: Collection[str], upstream: Upstream) -> dict[str, str]:
    """{version: commit} of the tags that are tracked releases.

    `line` has the first-parent commits of the branch. Other tags are left out, because asv draws
    the result of an off-branch tag on every branch.
    """
    versions = {}
    for tag, commit in tags.items():
        release = release_of(tag, upstream.prereleases)
        if release is not None and commit in line and release >= Version(upstream.first):
            versions[str(release)] = commit
    return versions


def release_of(tag: str, prereleases: bool = False) -> Version | None:
    """The release that a tag such as `0.5.0` or `v0.5` names; None for any other tag.

    The version is normalised as in the package index: 2022.01.0 becomes 2022.1.0.
    """
    release = version(re.sub(r"^v(?=\d)", "", tag))
    return release if prereleases or not (release and release.is_prerelease) else None


def _unreachable(upstream: Upstream, error: ProgramError) -> UnreachableError:
    reasons = [line for line in error.output.strip().splitlines() if line.startswith("fatal:")]
    hint = (
        f"check the network, or use `python -m tools upstreams update {upstream.name} "
        "--source index`: the package index's release history"
    )
    if "dubious ownership" in error.output:
        hint = (
            f"if you trust it, run `git config --global --add safe.directory {upstream.address}`"
        )
    return UnreachableError(
        f"{upstream.name}: {upstream.address} does not answer: "
        + (reasons[0].removeprefix("fatal: ") if reasons else str(error).splitlines()[0]),
        hint=hint,
    )


def _incomplete(upstream: Upstream) -> UnreachableError:
    return UnreachableError(
        f"{upstream.name}: {upstream.address} has only a part of its history: it is a shallow "
        "clone, or lacks commits",
        hint="in a clone, `git fetch --unshallow --tags` brings the rest; or name the full "
        f"repository in upstreams.toml: [{upstream.name}] git",
    )
