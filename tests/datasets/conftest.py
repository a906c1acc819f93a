"""A cache folder for each test, and the set `smoke` made once."""

import shutil

import pytest

from datasets import catalogue, prepare
from tests.datasets.made import Silent


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of the test's own."""
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def smoke_cache(tmp_path_factory):
    """A cache with `smoke` and `smoke-missing` in BED and Zarr: to be read only."""
    root = tmp_path_factory.mktemp("smoke")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GWAS_CACHE", str(root))
        for name in ("smoke", "smoke-missing"):
            prepare.prepare(catalogue.find(name), ["bed", "zarr"], ["bed", "zarr"], Silent())
    return root


@pytest.fixture
def smoke(smoke_cache):
    """The folder of `smoke`."""
    return smoke_cache / "datasets" / "smoke"


@pytest.fixture
def smoke_copy(smoke, cache):
    """`smoke` in a cache of the test's own, to be damaged."""
    return shutil.copytree(smoke, cache / "datasets" / "smoke")
