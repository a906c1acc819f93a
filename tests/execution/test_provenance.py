"""What a number was measured with: the commit's environment, or the tracker's own Python."""

import json
import platform
from pathlib import Path

import numpy as np
import pytest

from tools.environments import programs
from tools.environments.plan import Plan
from tools.execution import provenance
from tools.results.series_key import SeriesKey
from tools.upstreams.mirror import Commit


def line(folder: Path, key: SeriesKey, *, control: bool) -> dict:
    commit = Commit.__new__(Commit)
    for name, value in (("hash", "c" * 40), ("tool", "sgkit"), ("version", "0.10.0")):
        object.__setattr__(commit, name, value)
    plan = Plan(
        commit, "frozen", "3.8", "numpy==1.26.4\njdk4py==17\n", "sgkit==0.10.0", (), (), False
    )
    provenance.record(folder, "box", plan, "env", key, 1.0, 0.1, control=control)
    (found,) = folder.glob("box/provenance/*.jsonl")
    return dict(json.loads(found.read_text().splitlines()[-1]))


def test_a_tool_has_the_environment_of_its_commit(tmp_path: Path) -> None:
    found = line(tmp_path, SeriesKey("pca.Sgkit.time_compute"), control=False)
    assert (found["python"], found["installed"]) == ("3.8", "sgkit==0.10.0")
    assert found["lock"]


def test_a_control_has_the_trackers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "plink1.9"
    program.write_text("#!/bin/sh\necho 'PLINK v1.90b6.26 64-bit'\n")
    program.chmod(0o755)
    monkeypatch.setenv("GWAS_PLINK", str(program))
    assert programs.find("plink") == str(program)
    found = line(tmp_path, SeriesKey("pca.Plink.time_end_to_end"), control=True)
    assert (found["installed"], found["lock"]) == ("PLINK v1.90b6.26 64-bit", None)
    assert found["python"] == platform.python_version()
    sentinel = line(tmp_path, SeriesKey("sentinels.Machine.time_file_read"), control=True)
    assert sentinel["installed"] == f"numpy {np.__version__}"
