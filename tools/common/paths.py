"""Where the tracker keeps what it makes: everything below one checkout, all of it git-ignored."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def cache(*parts: str) -> Path:
    """A path below the cache: `.cache` in the checkout, or where GWAS_CACHE points to."""
    return Path(os.environ.get("GWAS_CACHE") or ROOT / ".cache").absolute().joinpath(*parts)


def scratch(*parts: str) -> Path:
    """A path for what runs now: apart for each checkout, as several may share one cache."""
    own = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    return cache("work", own, *parts)


def datasets_dir() -> Path:
    """The prepared data sets, one folder each (see datasets/README.md)."""
    return cache("datasets")


def mirror_dir() -> Path:
    """The union mirror: one bare git repository with a branch for each tool."""
    return cache("mirror.git")
