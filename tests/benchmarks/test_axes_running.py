"""Axis benchmarks as asv_runner runs them: PLINK's by the unit tests, Sgkit's by integration."""

import importlib
import itertools
import os
import signal
import subprocess
import sys
import time

import pytest

from benchmarks._harness import registry
from benchmarks._harness.clusters import processes
from datasets import catalogue, prepare
from tests.benchmarks.conftest import ROOT, RUNNER, variable_of
from tests.datasets.made import Silent

TASKS = list(registry.TASKS)


def target(benchmark, *values):
    """asv's "module.Class.metric-3" of a benchmark with these values."""
    module, name, _ = benchmark.split(".")
    cls = getattr(importlib.import_module(f"benchmarks.{module}"), name)
    return f"{benchmark}-{list(itertools.product(*cls.params)).index(values)}"


@pytest.mark.parametrize("tool", registry.programs())
@pytest.mark.parametrize("task", TASKS)
def test_a_program_scales(task, tool, asv_run):
    entry = registry.TOOLS[tool]
    point = target(f"scaling.{entry.__name__}.track_error", task, "smoke", 1)
    assert 0 <= asv_run(point, **variable_of(tool)).value <= entry.tolerance[task]


@pytest.mark.parametrize("tool", registry.programs())
@pytest.mark.parametrize("state", ["warm", "cold"])
def test_a_program_is_timed_in_both_states_of_the_cache(state, tool, asv_run, datasets):
    name = f"caching.{registry.TOOLS[tool].__name__}.time_end_to_end"
    ran = asv_run(target(name, "allele_frequency", "smoke", state, 1), **variable_of(tool))
    if state == "cold" and "StillWarm" in ran.output:
        pytest.skip("the data are on a file system that is memory")
    assert len(ran.value["samples"]) >= 3, ran.output


def test_cold_is_made_before_every_sample(asv_run, plink, tmp_path):
    """A PLINK that looks itself whether its input is in the page cache."""
    program, seen = tmp_path / "looking-plink", tmp_path / "seen"
    look = (
        "import sys; from benchmarks._harness import page_cache; "
        f"print(page_cache.resident(sys.argv[1]), file=open({str(seen)!r}, 'a'))"
    )
    program.write_text(
        f'#!/bin/sh\n(cd {ROOT}; {sys.executable} -c "{look}" "$(dirname $2)")\n{plink} "$@"\n'
    )
    program.chmod(0o755)
    point = target("caching.Plink.time_end_to_end", "allele_frequency", "smoke", "cold", 1)
    ran = asv_run(point, GWAS_PLINK=program)
    if "StillWarm" in ran.output:
        pytest.skip("the data are on a file system that is memory")
    shares = [float(line) for line in seen.read_text().splitlines()]
    samples = len(ran.value["samples"])
    assert len(shares) > samples >= 3
    assert all(share < 0.01 for share in shares[-samples:])


@pytest.mark.parametrize("tool", registry.programs())
@pytest.mark.parametrize(
    "setting",
    ["n_components=2", "n_components=20", "r2=0.05", "r2=0.8", "window=50", "window=500"],
)
def test_a_program_is_right_for_each_hyperparameter(setting, tool, asv_run):
    name = f"hyperparameters.{registry.TOOLS[tool].__name__}.track_error"
    assert 0 <= asv_run(target(name, setting, "smoke", 1), **variable_of(tool)).value <= 1e-4


def test_a_plink_that_does_not_heed_the_hyperparameter_fails(asv_run, plink, tmp_path):
    program = tmp_path / "deaf-plink"
    program.write_text(f'#!/bin/bash\nexec {plink} "${{@/#0.8/0.2}}"\n')
    program.chmod(0o755)
    point = target("hyperparameters.Plink.track_error", "r2=0.8", "smoke", 1)
    ran = asv_run(point, GWAS_PLINK=program)
    assert ran.failed
    assert "WrongAnswer" in ran.output


# ---- with Sgkit, on the real smoke data


@pytest.fixture(scope="session")
def smoke(tmp_path_factory):
    """GWAS_DATASETS with the real `smoke` in two shapes."""
    root = tmp_path_factory.mktemp("axes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GWAS_CACHE", str(root))
        wanted = ["zarr", "zarr:500x200"]
        prepare.prepare(catalogue.find("smoke"), wanted, wanted, Silent())
    return root / "datasets"


def left():
    """Processes of any cluster of ours that are still there."""
    return [pid for pid in processes.marked() if processes.command(pid)]


CLUSTER = ("allele_frequency", "smoke", 1, "1x1")


@pytest.mark.integration
def test_sgkit_on_a_cluster_is_right_and_leaves_nothing(asv_run, python, jit, smoke, tmp_path):
    """One sample of the warm-up's kind, which is only taken when that gave the right answer."""
    point = target("distributed.Sgkit.time_end_to_end", *CLUSTER, "large-rows", "study")
    shared = {"GWAS_DATASETS": smoke, "NUMBA_CACHE_DIR": jit, "GWAS_NODES_SHARE_CORES": 1}
    ran = asv_run(point, python, attributes={"repeat": 1}, **shared)
    assert not ran.failed, ran.output
    assert len(ran.value["samples"]) == 1
    assert left() == []
    assert not list((tmp_path / "work" / "out").iterdir())
    assert not list((tmp_path / "work" / "clusters").iterdir())


@pytest.mark.integration
def test_nothing_is_left_of_a_cluster_whose_benchmark_is_killed(python, jit, smoke, tmp_path):
    point = target("distributed.Sgkit.time_end_to_end", *CLUSTER, "tiles", "default")
    environment = {
        **os.environ, "GWAS_DATASETS": str(smoke), "GWAS_WORK": str(tmp_path / "work"),
        "NUMBA_CACHE_DIR": str(jit), "GWAS_NODES_SHARE_CORES": "1",
    }  # fmt: skip
    command = [str(python), str(RUNNER), "run", str(ROOT / "benchmarks"), point, "{}", "None"]
    benchmark = subprocess.Popen(
        [*command, str(tmp_path / "result")], env=environment, cwd=tmp_path,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    end = time.monotonic() + 60
    while len(left()) < 3 and time.monotonic() < end:  # scheduler, nanny, its worker
        time.sleep(0.1)
    assert len(left()) >= 3
    benchmark.send_signal(signal.SIGKILL)
    benchmark.wait()
    end = time.monotonic() + 20
    while left() and time.monotonic() < end:
        time.sleep(0.1)
    assert left() == []


@pytest.mark.integration
def test_sgkit_is_right_for_a_hyperparameter(asv_run, python, jit, smoke):
    point = target("hyperparameters.Sgkit.track_error", "n_components=2", "smoke", 1)
    ran = asv_run(point, python, GWAS_DATASETS=smoke, NUMBA_CACHE_DIR=jit)
    assert not ran.failed, ran.output
    assert 0 <= ran.value < 1e-2
