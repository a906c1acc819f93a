"""A pattern that selects nothing that can be measured is said before anything is measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import fixture
from tools.common import asv_config
from tools.common.errors import MissingError, UsageError
from tools.execution import selection
from tools.nightly.preset import PRESET

_CLASSES = ("sgkit", "plink")


@pytest.fixture
def smoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache with `smoke` alone, in BED and Zarr."""
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path))
    monkeypatch.setenv("GWAS_DATASETS", "")  # which the question sets
    fixture.make(tmp_path / "datasets" / "smoke")


@pytest.mark.usefixtures("smoke")
def test_what_selects_nothing_is_wrong_usage() -> None:
    conf = asv_config.load()
    with pytest.raises(UsageError, match="'nothing' matches no benchmark"):
        selection.require(conf, ["sentinels", "nothing"], _CLASSES)
    with pytest.raises(UsageError, match="is not a regular expression"):
        selection.require(conf, ["time_compute("], _CLASSES)


@pytest.mark.usefixtures("smoke")
def test_what_cannot_run_here_is_said_with_what_to_do() -> None:
    conf = asv_config.load()
    selection.require(conf, ["sentinels", r"pca\.Sgkit\.time_compute"], _CLASSES)
    with pytest.raises(MissingError, match=r"nothing of these --bench can run here\n") as error:
        selection.require(conf, PRESET, ("sgkit", "hail", "plink"))
    assert [
        line.rpartition(" datasets prepare ")[2] for line in str(error.value).splitlines()[1:]
    ] == [
        "1kg-sites --formats zarr",
        "1kg-sites --formats mt",
        "sim-2504-2k --formats mt",
        "1kg-sites --formats bed",
    ]
    with pytest.raises(MissingError, match=r"datasets prepare smoke --chunks \d+x\d+"):
        selection.require(conf, [r"distributed\.Sgkit.*'smoke', 1, '1x1', 'rows'"], _CLASSES)


@pytest.mark.usefixtures("smoke")
def test_of_another_tool_nothing_is_asked() -> None:
    conf = asv_config.load()
    hail = r"pca\.Hail\.time_end_to_end\('1kg-sites', 1\)"
    selection.require(conf, ["sentinels", hail], _CLASSES)
    with pytest.raises(UsageError, match="selects nothing of plink, sgkit"):
        selection.require(conf, [hail], _CLASSES)
    with pytest.raises(MissingError, match="--formats mt"):
        selection.require(conf, [hail], ("hail", "plink"))
