"""Cores are distinct physical ones, and too many are not applicable."""

import os
import subprocess
import sys

import pytest

from benchmarks._harness import cores
from tests.benchmarks.conftest import ROOT


def topology(folder, places):
    for cpu, (package, core) in places.items():
        place = folder / f"cpu{cpu}" / "topology"
        place.mkdir(parents=True)
        (place / "physical_package_id").write_text(f"{package}\n")
        (place / "core_id").write_text(f"{core}\n")
    return folder


def test_hyperthreads_of_one_core_count_once(tmp_path):
    # Linux often numbers the second threads after all first ones
    places = {0: (0, 0), 1: (0, 1), 2: (0, 0), 3: (0, 1), 4: (1, 0), 5: (1, 0)}
    assert cores.physical(range(6), topology(tmp_path, places)) == [0, 1, 4]


def test_only_allowed_cpus_are_used(tmp_path):
    places = {0: (0, 0), 1: (0, 1), 2: (0, 0), 3: (0, 1)}
    assert cores.physical({1, 2, 3}, topology(tmp_path, places)) == [1, 2]


def test_without_topology_each_cpu_counts(tmp_path):
    assert cores.physical({0, 3}, tmp_path) == [0, 3]


def test_more_cores_than_there_are_is_not_applicable():
    with pytest.raises(NotImplementedError, match="4096 cores"):
        cores.choose(4096)


def test_taking_cores_again_may_widen_them():
    code = (
        "import os; from benchmarks._harness import cores; "
        "n = len(cores.physical(os.sched_getaffinity(0))); cores.take(1); cores.take(n); "
        "print(len(os.sched_getaffinity(0)) == n, os.environ['OMP_NUM_THREADS'] == str(n))"
    )
    said = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    assert said.split() == ["True", "True"]
    assert len(os.sched_getaffinity(0)) >= 1
