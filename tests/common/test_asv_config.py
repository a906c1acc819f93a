"""A mistake in asv.conf.json is one message with its place, in asv's commands as in ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.common import asv_config, paths
from tools.common.errors import ConfigError

REAL = json.loads((paths.ROOT / "asv.conf.json").read_text())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Unexpected end"),
        ("[]", "No version"),
        ("7", "asv.conf.json"),
        ("[" * 10_000, "asv.conf.json"),
        (json.dumps({**REAL, "version": 9}), "newer"),
    ],
)
def test_a_file_that_is_no_configuration(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "asv.conf.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        asv_config.check(path)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("branches", "sgkit", "branches = 'sgkit': expected a list"),
        ("branches", [], "branches"),
        ("branches", [5], r"branches\[0\] = 5: expected a text"),
        ("project", 5, "project = 5: expected a text"),
        ("dvcs", "git", "dvcs = 'git': expected 'union'"),
        ("hash_length", 0, "hash_length = 0"),
        ("default_benchmark_timeout", -1, "default_benchmark_timeout = -1: .*above 0"),
        ("regressions_thresholds", {".*": "x"}, "regressions_thresholds"),
        ("results_dir", "", "results_dir = '': expected a text that is not empty"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(
    tmp_path: Path, key: str, value: Any, said: str
) -> None:
    path = tmp_path / "asv.conf.json"
    path.write_text(json.dumps({**REAL, key: value}))
    with pytest.raises(ConfigError, match=said):
        asv_config.check(path)


def test_ours_is_valid_and_comments_are_allowed(tmp_path: Path) -> None:
    path = tmp_path / "asv.conf.json"
    path.write_text(f"// asv allows comments\n{json.dumps(REAL)}")
    asv_config.check(path)
    assert asv_config.load().branches == REAL["branches"]


def test_asv_says_it_too(tmp_path: Path) -> None:
    (tmp_path / "asv.conf.json").write_text(json.dumps({**REAL, "branches": 5}))
    done = subprocess.run(
        [sys.executable, "-m", "asv", "publish"], cwd=tmp_path, capture_output=True, text=True,
        env={"PYTHONPATH": str(paths.ROOT), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == ConfigError.exit_code
    assert "branches = 5: expected a list" in done.stderr
    assert "Traceback" not in done.stderr
