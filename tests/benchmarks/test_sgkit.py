"""Sgkit measured for real, in an environment built for it; a wrong answer fails each metric."""

import shutil
import subprocess

import numpy as np
import pytest

from tests.benchmarks.conftest import ROOT

pytestmark = pytest.mark.integration


def test_each_metric_has_a_sound_value(python, asv_run, jit, tmp_path):
    def measure(metric):
        ran = asv_run(f"allele_frequency.Sgkit.{metric}-0", python, NUMBA_CACHE_DIR=jit)
        assert not ran.failed, ran.output
        return ran.value

    assert measure("track_error") < 1e-9
    assert 2**26 < measure("peakmem_tree") < 2**32
    assert measure("track_graph_tasks") > 3
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
