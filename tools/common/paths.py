"""Where the tracker keeps what it makes: everything below one checkout, all of it git-ignored."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def cache(*parts: str) -> Path:
    """A path below the cache: `.cache` in the checkout, or where GWAS_CACHE points to."""
    return Path(os.environ.get("GWAS_CACHE") or ROOT / ".cache").absolute().joinpath(*parts)


def datasets_dir() -> Path:
    """The prepared data sets, one folder each (see datasets/README.md)."""
    return cache("datasets")


def mirror_dir() -> Path:
    """The union mirror: one bare git repository with a branch for each tool."""
    return cache("mirror.git")
