"""`tracker`, which `make setup` puts beside asv: from any folder, with completion."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.common import paths


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """`tracker` in a folder of programs whose Python is this one, as `make setup` makes it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (folder / "python").chmod(0o755)
    (folder / "tracker").symlink_to(paths.ROOT / "tools" / "tracker")
    return folder / "tracker"


def test_it_runs_in_any_folder(program: Path, tmp_path: Path) -> None:
    done = subprocess.run([program, "--version"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tracker ")
    assert "asv 0.6" in done.stdout


@pytest.mark.parametrize(
    ("line", "completions"),
    [("tracker al", {"alerts "}), ("tracker alerts co", {"confirm", "compare"})],
)
def test_the_shell_completes(program: Path, line: str, completions: set[str]) -> None:
    shell = {"COMP_LINE": line, "COMP_POINT": str(len(line)), "COMP_TYPE": "9"}
    protocol = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_SUPPRESS_SPACE": "0"}
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" 8>&1 9>/dev/null', program],
        env={**os.environ, **shell, **protocol}, capture_output=True, text=True,
    )  # fmt: skip
    assert set(done.stdout.splitlines()) == completions, done.stderr
