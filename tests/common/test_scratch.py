"""Scratch folders go when their work ends, and those of killed processes with the next sweep."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.common import paths, scratch

HOLD = """
import sys
from tools.common import scratch
print(scratch.make("other"), flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path))


@pytest.fixture
def other() -> Iterator[subprocess.Popen[str]]:
    """A process with a scratch folder."""
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(
        command, cwd=paths.ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert Path(process.stdout.readline().strip()) == paths.scratch("other")
        yield process
        process.kill()


def test_a_sweep_removes_only_what_no_live_process_uses(other: subprocess.Popen[str]) -> None:
    own = scratch.make("own")
    (paths.scratch("other") / "file").write_text("used")
    paths.scratch("left").mkdir()  # by an older tracker, say
    scratch.sweep()
    assert own.exists()
    assert (paths.scratch("other") / "file").exists()
    assert not paths.scratch("left").exists()
    other.send_signal(signal.SIGKILL)
    other.wait()
    scratch.sweep()
    assert os.listdir(paths.scratch()) == ["own"]
    scratch.remove(own)
    assert os.listdir(paths.scratch()) == []


def test_a_folder_is_empty_and_goes_at_the_end(tmp_path: Path) -> None:
    (scratch.make("name") / "file").write_text("old")
    assert not list(scratch.make("name").iterdir())
    with scratch.temporary() as folder:
        closed = folder / "deep" / "closed"
        closed.mkdir(parents=True)
        closed.chmod(0)
        (folder / "deep").chmod(0)
    assert not folder.exists()
