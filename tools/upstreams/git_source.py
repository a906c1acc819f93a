"""A tool's real history, fetched from its git repository."""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

from tools.common.errors import UnreachableError
from tools.common.process import ProgramError
from tools.upstreams.config import Upstream
from tools.upstreams.repository import Repository

PROBE_SECONDS = 8


def answers(upstream: Upstream, repository: Repository) -> bool:
    """Whether the git upstream answers within a few seconds."""
    try:
        repository.git(
            "ls-remote", "--heads", upstream.git, upstream.branch, timeout=PROBE_SECONDS
        )
    except ProgramError:
        return False
    return True


def fetch(upstream: Upstream, repository: Repository) -> tuple[str, dict[str, str]]:
    """(tip, {version: commit}) of the branch, whose objects are now in the repository.

    Everything arrives below refs/upstream/<tool>, which no reader looks at, so an
    interrupted fetch leaves the mirror as it was. Tags are kept where they lie on the
    branch's first-parent line: asv draws a result on any other tag on every branch.
    """
    own = f"refs/upstream/{upstream.name}"
    try:
        repository.git(
            "fetch", "--quiet", "--no-tags", "--force", upstream.git,
            f"+refs/heads/{upstream.branch}:{own}/head", f"+refs/tags/*:{own}/tags/*",
            timeout=3600,
        )  # fmt: skip
    except ProgramError as error:
        reason = error.output.strip().splitlines()[-1:] or [str(error)]
        raise UnreachableError(
            f"{upstream.name}: {upstream.git} cannot be fetched: {reason[0]}"
        ) from None
    tip = repository.git("rev-parse", f"{own}/head")
    line = set(repository.git("rev-list", "--first-parent", tip).splitlines())
    tags = repository.refs(f"{own}/tags")
    releases = {}
    for name, commit in tags.items():
        version = _version(name.rpartition("/")[2])
        if version and commit in line and Version(version) >= Version(upstream.first):
            releases[version] = commit
    return tip, releases


def _version(tag: str) -> str | None:
    """The release that a tag such as `0.5.0` or `v0.5.0` names; None for any other tag."""
    text = re.sub(r"^v(?=\d)", "", tag)
    try:
        version = Version(text)
    except InvalidVersion:
        return None
    return None if version.is_prerelease else text
