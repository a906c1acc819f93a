"""uv asks the package index that pip is configured for, unless it has one of its own."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.common.errors import UnreachableError
from tools.environments import locks, uv
from tools.upstreams.index_source import index_url

NOBODY = "http://127.0.0.1:1/simple"


@pytest.fixture(autouse=True)
def pip_on_an_index_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    index_url.cache_clear()
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", NOBODY)
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    yield
    index_url.cache_clear()


def test_a_lock_is_resolved_from_the_index_of_the_histories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    question = locks.Question(("iniconfig",), "3.11", datetime.date(2024, 1, 1))
    with pytest.raises(UnreachableError):
        locks.resolve(question)


@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_the_index_that_a_user_chose_for_uv_stays(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert uv.index() == {"UV_DEFAULT_INDEX": NOBODY}
    monkeypatch.setenv(name, "http://127.0.0.1:2/simple")
    assert uv.index() == {}
