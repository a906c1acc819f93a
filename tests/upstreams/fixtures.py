"""A mirror, git upstreams and a package index in the test's own folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.upstreams import examples
from tools.upstreams import index_source
from tools.upstreams.mirror import Mirror


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mirror:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    return Mirror(tmp_path / "cache" / "mirror.git")


@pytest.fixture
def git_upstream(tmp_path: Path) -> Callable[[str], examples.GitUpstream]:
    return lambda name: examples.GitUpstream(tmp_path / f"{name}.git")


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[examples.Index]:
    index_source.index_url.cache_clear()
    with examples.index() as served:
        monkeypatch.setenv("PIP_INDEX_URL", served.url)
        yield served
    index_source.index_url.cache_clear()


@pytest.fixture
def said() -> list[str]:
    return []
