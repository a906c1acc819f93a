"""Where the tracker writes. All is below the checkout, and ignored by git."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def cache(*parts: str) -> Path:
    """A path below the cache: `.cache` in the checkout, or GWAS_CACHE."""
    return Path(os.environ.get("GWAS_CACHE") or ROOT / ".cache").absolute().joinpath(*parts)


def scratch(*parts: str) -> Path:
    """A path for temporary files of this checkout: several checkouts may share a cache."""
    checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    return cache("work", checkout, *parts)


def datasets_dir() -> Path:
    """The folder of the prepared data sets (see datasets/README.md)."""
    return cache("datasets")


def mirror_dir() -> Path:
    """The mirror: a bare git repository with one branch for each tool."""
    return cache("mirror.git")
