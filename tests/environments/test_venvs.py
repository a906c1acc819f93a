"""Environments that were not used for long go, whole or not at all."""

import os
import shutil
from pathlib import Path

import pytest

from tools.common import files
from tools.common.errors import BusyError
from tools.environments import unused

OLD = 1_000_000_000


def environment(path: Path, used: float, *, finished: bool = True) -> Path:
    (path / "bin").mkdir(parents=True)
    mark = path / "finished" if finished else path
    if finished:
        mark.touch()
    os.utime(mark, (used, used))
    return path


def test_what_was_not_used_for_long_is_removed(tmp_path: Path) -> None:
    gone = [
        environment(tmp_path / "py3.11-a-r1", OLD),
        environment(tmp_path / "side-old" / "py3.11-a-r1", OLD),
        environment(tmp_path / "py3.11-b-r1", OLD, finished=False),
    ]
    kept = environment(tmp_path / "py3.12-a-r1", OLD + 100)
    (tmp_path / "py3.11-a-r1.lock").touch()
    os.utime(tmp_path / "py3.11-a-r1.lock", (OLD, OLD))
    assert unused.remove_environments(tmp_path, OLD + 1) == 3
    assert not any(path.exists() for path in gone)
    assert kept.exists()


def test_what_is_half_removed_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = environment(tmp_path / "py3.11-a-r1", OLD)

    def interrupted(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        unused.remove_environments(tmp_path, OLD + 1)
    assert not (made / "finished").exists()


def test_nothing_is_removed_under_a_run(tmp_path: Path) -> None:
    made = environment(tmp_path / "py3.11-a-r1", OLD)
    held = files.lock(tmp_path / "measuring.lock", "x")
    with held, pytest.raises(BusyError, match="another run is measuring"):
        unused.remove(tmp_path)
    assert made.exists()


def test_what_numba_compiled_long_ago_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    old, new = (tmp_path / "cache" / "numba" / "py3.11-a-r1" / name for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
    os.utime(old, (OLD, OLD))
    (tmp_path / "env").mkdir()
    assert unused.remove(tmp_path / "env") == 0
    assert new.exists()
    assert not old.exists()
