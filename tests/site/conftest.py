"""One published example site for all tests of the site, and a browser that visits it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site import example
from tests.site.browsing import WIDTHS, Visit, chromium, served
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


@pytest.fixture(scope="module")
def address(published: Project) -> Iterator[str]:
    """The site below a sub-path of a plain file server."""
    with served(published.root) as root:
        yield f"{root}html/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(params=WIDTHS)
def visit(
    request: pytest.FixtureRequest, browser: Any, address: str, tmp_path: Path
) -> Iterator[Visit]:
    made = Visit(browser, address, request.param, False, tmp_path)
    yield made
    made.close()
