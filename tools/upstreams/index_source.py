"""A tool's release history as commits, made from the package index that pip uses."""

from __future__ import annotations

import configparser
import datetime
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from packaging.version import InvalidVersion, Version
from pypi_simple import NoSuchProjectError, PyPISimple, UnsupportedContentTypeError

from tools.common import process
from tools.common.errors import UnreachableError, UsageError
from tools.upstreams.config import Upstream
from tools.upstreams.repository import Repository

AUTHOR = "release history <releases@localhost>"


@dataclass(frozen=True)
class Release:
    """One release as the package index knows it."""

    version: str
    uploaded: datetime.datetime  # of its first file
    requires_python: str | None
    files: tuple[tuple[str, str], ...]  # (file name, sha256), sorted


def index_url() -> str | None:
    """The package index that pip is configured for; None for pip's default."""
    if os.environ.get("PIP_INDEX_URL"):
        return os.environ["PIP_INDEX_URL"]
    listing = process.run([sys.executable, "-m", "pip", "config", "list"], check=False).stdout
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.read_string("[pip]\n" + listing)
    for key in ("global.index-url", "user.index-url", "site.index-url"):
        if parser.has_option("pip", key):
            return parser.get("pip", key).strip("'\"")
    return None


def releases(upstream: Upstream) -> list[Release]:
    """The tool's releases from `first` on, by upload time; no pre-releases, no yanked ones.

    Raises UnreachableError when the index does not answer, UsageError for no such package.
    """
    url = index_url()
    try:
        with PyPISimple(url) if url else PyPISimple() as index:
            page = index.get_project_page(upstream.package, timeout=60)
    except NoSuchProjectError:
        raise UsageError(f"the package index has no package {upstream.package!r}") from None
    except (requests.RequestException, UnsupportedContentTypeError) as error:
        raise UnreachableError(
            f"{upstream.name}: the package index does not answer ({type(error).__name__})",
            hint="check the network; what is mirrored stays usable without it",
        ) from None
    found: dict[str, list[Any]] = {}
    for package in page.packages:
        if package.is_yanked or package.upload_time is None or not _tracked(upstream, package):
            continue
        found.setdefault(package.version, []).append(package)
    if not found and page.packages and all(p.upload_time is None for p in page.packages):
        raise UnreachableError(
            f"{upstream.name}: the configured package index gives no upload times",
            hint='use an index with the JSON simple API (PEP 700), or source = "git"',
        )
    made = [
        Release(
            version,
            min(file.upload_time for file in files),
            next((file.requires_python for file in files if file.requires_python), None),
            tuple(sorted((file.filename, file.digests.get("sha256", "")) for file in files)),
        )
        for version, files in found.items()
    ]
    return sorted(made, key=lambda release: (release.uploaded, Version(release.version)))


def append(
    upstream: Upstream, repository: Repository, mirrored: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """(tip, {version: commit}) after a commit was appended for each release not `mirrored`.

    The same index gives the same hashes everywhere. What is there is never rewritten: a
    release that turns up late goes to the end, with its own date, and one that was yanked
    since stays, because results may have been measured at it.
    """
    branch = f"refs/heads/{upstream.name}"
    tip = repository.refs(branch).get(branch)
    known = dict(mirrored)
    for release in releases(upstream):
        if release.version not in known:
            tip = known[release.version] = _commit(upstream, repository, release, tip)
    if tip is None:
        raise UsageError(
            f"the package index has no release of {upstream.package} from {upstream.first} on"
        )
    return tip, known


def _tracked(upstream: Upstream, package: Any) -> bool:
    try:
        version = Version(package.version or "")
    except InvalidVersion:
        return False
    return not version.is_prerelease and version >= Version(upstream.first)


def _commit(upstream: Upstream, repository: Repository, release: Release, tip: str | None) -> str:
    content = {
        "name": upstream.package,
        "version": release.version,
        "requires_python": release.requires_python,
        "files": [{"filename": name, "sha256": digest} for name, digest in release.files],
    }
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    blob = repository.git("hash-object", "-w", "--stdin", input=text)
    tree = repository.git("mktree", input=f"100644 blob {blob}\trelease.json\n")
    date = f"{int(release.uploaded.timestamp())} +0000"
    name, email = AUTHOR.rstrip(">").split(" <")
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", name), ("EMAIL", email), ("DATE", date))
    }
    message = f"{upstream.package} {release.version}\n"
    parent = ["-p", tip] if tip else []
    return repository.git("commit-tree", tree, *parent, input=message, env=who)
