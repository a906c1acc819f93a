"""The history of a tool from its releases in the package index: one commit a release.

The same releases give the same hashes on every machine, so results can be shared. A commit has
only what never changes about a release: its version, the time of its first file, and that file's
name and sha256. A release that is yanked, or gets more wheels, keeps its hash.
"""

import configparser
import datetime
import functools
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import requests
from packaging.version import Version
from pypi_simple import (
    ACCEPT_JSON_PREFERRED,
    NoSuchProjectError,
    PyPISimple,
    UnsupportedContentTypeError,
)

from tools.common import process
from tools.common.errors import UnreachableError
from tools.upstreams import dates
from tools.upstreams.config import Upstream
from tools.upstreams.repository import Repository
from tools.upstreams.versions import version

AUTHOR = ("release history", "releases@localhost")  # of every generated commit
TIMEOUT = (8, 60)  # seconds to connect, and to wait for data


@dataclass(frozen=True)
class Release:
    """One release in the package index."""

    version: Version
    uploaded: datetime.datetime  # time of its first file
    filename: str  # of its first file
    sha256: str
    requires_python: str | None  # of that file
    yanked: bool  # whether all files are


@functools.cache  # asking pip takes half a second
def index_url() -> str | None:
    """The package index that pip is configured for; None for pip's default. pip has no API."""
    if os.environ.get("PIP_INDEX_URL"):
        return os.environ["PIP_INDEX_URL"]
    listing = process.run([sys.executable, "-m", "pip", "config", "list"], check=False).stdout
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.read_string("[pip]\n" + listing)
    for key in ("install.index-url", "global.index-url"):
        if parser.has_option("pip", key):
            return parser.get("pip", key).strip("'\"")
    return None


def releases(upstream: Upstream) -> list[Release]:
    """All releases in the index, oldest first; UnreachableError when it does not answer."""
    url = index_url()
    try:
        with PyPISimple(url) if url else PyPISimple() as index:
            page = index.get_project_page(
                upstream.package, timeout=TIMEOUT, accept=ACCEPT_JSON_PREFERRED
            )
    except NoSuchProjectError:
        raise UnreachableError(
            f"{upstream.name}: the package index has no package {upstream.package!r}",
            hint=f"upstreams.toml names it: [{upstream.name}] package",
        ) from None
    except (requests.RequestException, UnsupportedContentTypeError, ValueError) as error:
        raise UnreachableError(
            f"{upstream.name}: the package index does not answer ({_reason(error)})",
            hint="check the network and pip's index-url; mirrored commits work without them",
        ) from None
    files: dict[Version, list[Any]] = {}
    for package in page.packages:
        release, uploaded = version(package.version or ""), package.upload_time
        if release and uploaded and dates.is_possible(int(uploaded.timestamp())):
            files.setdefault(release, []).append(package)
    if not files:
        raise UnreachableError(
            f"{upstream.name}: the configured package index has no upload times",
            hint='use an index with the JSON simple API (PEP 700), or source = "git"',
        )
    all_releases = [_release(one, packages) for one, packages in files.items()]
    return sorted(all_releases, key=lambda release: (release.uploaded, release.version))


def branch(all_releases: Iterable[Release], upstream: Upstream) -> list[Release]:
    """The releases of the branch: each newer, in time and version, than all before.

    A backport (1.2.1 after 1.3.0) is left out: between two newer releases it would look like two
    change points. Yanked releases stay in, because a release may be yanked at any time.
    """
    releases_of_branch: list[Release] = []
    newest = Version("0.dev0")
    for release in all_releases:
        is_tracked = upstream.prereleases or not release.version.is_prerelease
        if is_tracked and release.version >= Version(upstream.first) and release.version > newest:
            newest = release.version
            releases_of_branch.append(release)
    return releases_of_branch


@dataclass(frozen=True)
class Appended:
    """The branch after an update."""

    tip: str  # its newest commit
    releases: dict[str, str]  # version -> commit, of the tracked releases
    late: tuple[str, ...]  # versions that appeared after newer ones were mirrored: left out


def append(upstream: Upstream, repository: Repository, tip: str | None) -> Appended:
    """Add a commit to `tip` for each release that it lacks. No commit is rewritten.

    A release that is yanked when we first see it gets a commit, so that all machines have the same
    hashes, but it is not tracked. A release that is yanked later stays: it may have results.
    """
    mirrored: dict[Version, str] = {}
    if tip is not None:
        log = repository.git("log", "--first-parent", "--format=%H %s", tip)
        for commit, _, version in (entry.split(" ") for entry in log.splitlines()):
            mirrored[Version(version)] = commit
    newest = max(mirrored, default=Version("0.dev0"))
    tracked: dict[str, str] = {}
    late: list[str] = []
    for release in branch(releases(upstream), upstream):
        if release.version not in mirrored:
            if release.version < newest:
                late.append(str(release.version))
                continue
            tip = mirrored[release.version] = _commit(upstream, repository, release, tip)
        if upstream.yanked or not release.yanked:
            tracked[str(release.version)] = mirrored[release.version]
    if tip is None:
        raise UnreachableError(
            f"{upstream.name}: the package index has no release of {upstream.package} from "
            f"{upstream.first} on",
            hint=f"upstreams.toml names both: [{upstream.name}] package and first",
        )
    return Appended(tip, tracked, tuple(late))


def _release(version: Version, packages: list[Any]) -> Release:
    first = min(packages, key=lambda package: (package.upload_time, package.filename))
    return Release(
        version=version,
        uploaded=first.upload_time,
        filename=first.filename,
        sha256=first.digests.get("sha256", ""),
        requires_python=first.requires_python,
        yanked=all(package.is_yanked for package in packages),
    )


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    status = "" if response is None else f" {response.status_code}"
    return f"{type(error).__name__}{status}"


def _commit(upstream: Upstream, repository: Repository, release: Release, tip: str | None) -> str:
    content = {
        "name": upstream.package,
        "version": str(release.version),
        "requires_python": release.requires_python,
        "filename": release.filename,
        "sha256": release.sha256,
    }
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    blob = repository.git("hash-object", "-w", "--stdin", input=text)
    tree = repository.git("mktree", input=f"100644 blob {blob}\trelease.json\n")
    date = f"{int(release.uploaded.timestamp())} +0000"
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in zip(("NAME", "EMAIL", "DATE"), (*AUTHOR, date), strict=True)
    }
    message = f"{upstream.package} {release.version}\n"
    parent = ["-p", tip] if tip else []
    return repository.git("commit-tree", tree, *parent, input=message, env=who)
