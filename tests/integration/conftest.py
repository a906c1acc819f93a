"""A checkout of its own for the tests that really run asv on upstream releases."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.common import paths

PARTS = ("asv.conf.json", "upstreams.toml", "benchmarks", "datasets", "tools")
Asv = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkout(tmp_path_factory.mktemp("checkout"))


def make_checkout(root: Path) -> Path:
    """Put the tracker's files into an empty folder: no results, no environments, no mirror.

    The site's scripts and prepared data are shared with the checkout that is tested.
    """
    for part in PARTS:
        source = paths.ROOT / part
        if source.is_dir():
            shutil.copytree(source, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / part)
    cache = root / ".cache"
    cache.mkdir()
    for shared in ("site", "datasets", "hail-writer", "downloads"):
        place = paths.ROOT / ".cache" / shared
        place.mkdir(parents=True, exist_ok=True)
        (cache / shared).symlink_to(place)
    return root


@pytest.fixture(scope="module")
def command(checkout: Path) -> Asv:
    """Run a program of the tracker's environment in the checkout."""

    def run(*args: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        environment.pop("GWAS_CACHE", None)
        return subprocess.run(
            args, cwd=checkout, env=environment, capture_output=True, text=True,
            timeout=timeout, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    return run


@pytest.fixture(scope="module")
def results(checkout: Path) -> Callable[[str], dict]:
    """The values in a commit's result file, by benchmark name."""

    def read(commit: str) -> dict:
        (path,) = checkout.glob(f"results/*/{commit[:8]}-*stackfrozen.json")
        data = json.loads(path.read_text())
        at = data["result_columns"].index("result")
        return {name: row[at] for name, row in data["results"].items()}

    return read
