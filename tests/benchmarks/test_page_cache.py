"""Files really leave the kernel's page cache, and a page that stays is noticed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from benchmarks._harness import page_cache

MEGABYTE = 2**20


@pytest.fixture
def folder():
    """A folder on a disk: pages of a file system that is memory cannot leave it."""
    for parent in (tempfile.gettempdir(), os.getcwd()):
        with tempfile.TemporaryDirectory(dir=parent) as name:
            (Path(name) / "below").mkdir()
            for place in ("a", "below/b"):
                (Path(name) / place).write_bytes(os.urandom(MEGABYTE))
            (Path(name) / "empty").touch()
            try:
                page_cache.evict(name)
            except page_cache.StillWarm:
                continue
            yield Path(name)
            return
    pytest.skip("no disk here whose pages can be evicted")


def read(folder):
    for file in folder.rglob("*"):
        if file.is_file():
            file.read_bytes()


def test_read_files_are_resident_and_evicted_ones_are_not(folder):
    assert page_cache.resident(folder) < 0.01
    read(folder)
    assert page_cache.resident(folder) == 1.0
    page_cache.evict(folder)
    assert page_cache.resident(folder) < 0.01


def test_half_of_the_files_is_half(folder):
    (folder / "a").read_bytes()
    assert page_cache.resident(folder) == 0.5


def test_what_was_just_written_leaves_as_well(folder):
    (folder / "new").write_bytes(os.urandom(MEGABYTE))  # not on disk yet
    page_cache.evict(folder)
    assert page_cache.resident(folder) < 0.01


def test_pages_that_cannot_leave_are_told(folder, monkeypatch):
    read(folder)
    monkeypatch.setattr(os, "posix_fadvise", lambda *args: None)
    with pytest.raises(page_cache.StillWarm, match="100%"):
        page_cache.make("cold", folder)


def test_warm_leaves_the_files_alone(folder):
    read(folder)
    page_cache.make("warm", folder)
    assert page_cache.resident(folder) == 1.0


def test_an_empty_folder_is_cold(tmp_path):
    assert page_cache.resident(tmp_path) == 0


def test_the_text_of_the_module_runs_by_itself(folder):
    """As it does on the workers of an existing cluster, which have no code of ours."""
    read(folder)
    code = "import sys; names = {}; exec(open(sys.argv[1]).read(), names); names['evict']('.')"
    subprocess.run([sys.executable, "-c", code, page_cache.__file__], cwd=folder, check=True)
    assert page_cache.resident(folder) < 0.01


def test_dropping_the_whole_cache_has_to_be_asked_for(monkeypatch):
    monkeypatch.delenv(page_cache.ASKED, raising=False)
    with pytest.raises(NotImplementedError, match="GWAS_DROP_CACHES=1"):
        page_cache.require("dropped")
    monkeypatch.setenv(page_cache.ASKED, "1")
    monkeypatch.setattr(page_cache, "_DROP", Path("/no/such/file"))  # as for a user but root
    with pytest.raises(NotImplementedError):
        page_cache.require("dropped")


def test_dropped_writes_to_the_kernel(tmp_path, monkeypatch):
    switch = tmp_path / "drop_caches"
    switch.touch()
    monkeypatch.setenv(page_cache.ASKED, "1")
    monkeypatch.setattr(page_cache, "_DROP", switch)
    page_cache.require("dropped")
    page_cache.make("dropped", tmp_path)
    assert switch.read_text() == "3\n"


def test_an_unknown_state_is_refused():
    with pytest.raises(ValueError, match="warm, cold, dropped"):
        page_cache.require("tepid")
