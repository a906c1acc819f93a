"""One published example site for all tests of the site."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.site import example
from tests.site.made_site import Project
from tools.common import paths
from tools.site import vendor


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The example, published by the real `asv publish` with the fetched scripts."""
    if vendor.problem():
        pytest.skip(f"{vendor.problem()}: run `python -m tools site fetch`")
    project = example.make(tmp_path_factory.mktemp("example") / "project")
    shutil.copytree(paths.cache("site"), project.root / "cache" / "site")
    done = project.publish(GWAS_SITE_URL="https://tracker.example.org/gwas")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture
def scriptless(tmp_path: Path) -> Project:
    """A small project without fetched scripts, not yet published."""
    return example.make(tmp_path / "project")
