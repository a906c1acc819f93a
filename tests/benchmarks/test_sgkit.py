"""Sgkit measured for real, in an environment built for it; a wrong answer fails each metric."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.conftest import ROOT

STACK = ["sgkit==0.10.0", "numpy==1.26.4", "dask==2024.6.2", "zarr==2.18.2", "setuptools"]
RUNNER = ["asv_runner==0.3.2", "importlib-metadata"]

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of an environment with Sgkit."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    folder = tmp_path_factory.mktemp("sgkit") / "env"
    program = folder / "bin" / "python"
    install = [uv, "pip", "install", "--quiet", "--python", str(program)]
    commands = [
        [uv, "venv", "--quiet", "--python", "3.11", str(folder)],
        [*install, "--exclude-newer", "2025-05-01", *STACK],
        [*install, *RUNNER],
    ]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return program


@pytest.fixture(scope="module")
def jit(tmp_path_factory):
    """What Sgkit compiled, for all of these tests: each compiling for itself takes minutes."""
    return tmp_path_factory.mktemp("jit")


def test_each_metric_has_a_sound_value(python, asv_run, jit, tmp_path):
    def measure(metric):
        ran = asv_run(f"hardy_weinberg.Sgkit.{metric}-0", python, NUMBA_CACHE_DIR=jit)
        assert not ran.failed, ran.output
        return ran.value

    assert measure("track_error") < 1e-9
    assert 2**26 < measure("peakmem_tree") < 2**32
    assert measure("track_graph_tasks") > 10
    assert measure("track_input_reads") == 1
    assert len(measure("time_compute")["samples"]) >= 3
    assert len(measure("time_first_call")["samples"]) >= 1
    assert not list((tmp_path / "work" / "out").iterdir())


@pytest.mark.parametrize("metric", ["time_compute", "time_end_to_end", "time_first_call"])
def test_a_wrong_answer_fails_the_timing(metric, python, asv_run, jit, datasets, tmp_path):
    root = tmp_path / "datasets"
    shutil.copytree(datasets, root)
    reference = dict(np.load(root / "smoke" / "reference.npz"))
    reference["allele_frequency"][3] += 1e-3
    np.savez(root / "smoke" / "reference.npz", **reference)
    name = f"allele_frequency.Sgkit.{metric}-0"
    ran = asv_run(name, python, GWAS_DATASETS=root, NUMBA_CACHE_DIR=jit)
    assert ran.failed
    assert "WrongAnswer" in ran.output


@pytest.mark.parametrize(
    "task", ["allele_frequency", "hardy_weinberg", "ld_prune", "pca", "association"]
)
def test_what_a_body_returns_before_it_is_forced_is_refused(task, python, jit, datasets):
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from benchmarks import {task}; "
        "from benchmarks._harness.concrete import LazyResult, concrete; "
        f"t = {task}.Sgkit(); t.prepare('smoke', 1); t.start(); "
        "lazy = t.compute(t.open(t.paths)); concrete(t.force(lazy)); concrete(lazy)"
    )
    done = subprocess.run(
        [str(python), "-c", code],
        env={
            "GWAS_DATASETS": str(datasets),
            "PATH": "/usr/bin:/bin",
            "NUMBA_CACHE_DIR": str(jit),
        },
        capture_output=True,
        text=True,
    )
    assert "LazyResult" in done.stderr.splitlines()[-1], done.stderr
