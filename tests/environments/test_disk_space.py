"""Work that the disk has no room for is refused before it starts, with the sizes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools.__main__ import main
from tools.common import asv_config, disk_space
from tools.common.disk_space import GB
from tools.common.errors import DiskFullError
from tools.execution.asv_environment import PerCommit


@pytest.fixture
def nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=int(0.5 * GB)))


def test_a_night_does_not_start(nearly_full: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nightly"]) == DiskFullError.exit_code
    assert "a night needs" in capsys.readouterr().err


def test_an_asv_run_does_not_start(nearly_full: None) -> None:
    entry = PerCommit(asv_config.load(), "auto", {"stack": "frozen"}, {})
    with pytest.raises(DiskFullError, match="an asv run needs"):
        entry.create()


def test_what_is_written_to_one_disk_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=int(2.5 * GB)))
    needs = {tmp_path / "env" / "new": 1.0 * GB, tmp_path / "cache": 1.5 * GB}
    disk_space.require("a run", needs)
    with pytest.raises(DiskFullError, match=r"(?s)a run needs 2.6 GB .* 2.5 GB are free.*clean"):
        disk_space.require("a run", {**needs, tmp_path: 0.1 * GB})
    shared = Path("/dev/shm")
    if shared.is_dir() and shared.stat().st_dev != tmp_path.stat().st_dev:
        disk_space.require("a run", {**needs, shared: 2.0 * GB})
