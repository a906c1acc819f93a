"""Benchmarks as asv_runner runs them: not applicable, PLINK for real, wrong answers fail."""

import json
import os
import shutil

import numpy as np
import pytest

from benchmarks._harness import registry

TASKS = list(registry.TASKS)
METRICS = ["time_end_to_end", "peakmem_tree", "track_error"]


@pytest.mark.parametrize("tool", ["Sgkit", "Hail", "Plink"])
def test_without_the_tool_it_is_not_applicable(tool, asv_run):
    ran = asv_run(f"pca.{tool}.track_error-0")
    assert ran.not_applicable
    assert "asv: skipped" in ran.output


def test_a_tool_that_is_not_for_this_environment_is_not_applicable(asv_run, plink):
    ran = asv_run("pca.Plink.track_error-0", GWAS_PLINK=plink, GWAS_TOOLS="sgkit")
    assert ran.not_applicable


def test_a_data_set_that_is_not_prepared_is_not_applicable_and_says_how(asv_run, plink):
    ran = asv_run("pca.Plink.track_error-20", GWAS_PLINK=plink)
    assert ran.not_applicable
    assert "datasets prepare sim-2504-1.1m" in ran.output


def test_more_cores_than_here_is_not_applicable(asv_run, plink):
    from benchmarks._harness import cores

    if len(cores.physical(os.sched_getaffinity(0))) >= 16:
        pytest.skip("16 cores here")
    assert asv_run("pca.Plink.track_error-4", GWAS_PLINK=plink).not_applicable


@pytest.mark.parametrize("task", TASKS)
def test_plink_is_measured(task, asv_run, plink, tmp_path):
    timing, memory, error = (
        asv_run(f"{task}.Plink.{metric}-0", GWAS_PLINK=plink) for metric in METRICS
    )
    assert len(timing.value["samples"]) >= 3, timing.output
    assert 2**20 < memory.value < 2**31
    assert 0 <= error.value < 1e-2
    lines = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    assert {line["benchmark"] for line in lines} >= {
        f"{task}.Plink.time_end_to_end(cores=1, data='smoke')"
    }
    assert {line["phase"] for line in lines} <= {"start", "setup", "measure"}
    assert not list((tmp_path / "work" / "out").iterdir()), "no result is left behind"


@pytest.mark.parametrize("metric", METRICS[::2])
@pytest.mark.parametrize(
    ("task", "edit"),
    [
        ("allele_frequency", "sed -i '5s/0\\.[0-9]/0.00/' $out.frq"),
        ("hardy_weinberg", "sed -i 2d $out.snplist"),
        ("ld_prune", "sed -i 1d $out.prune.in"),
        (
            "pca",
            "tac $out.eigenvec > $out.x; cut -d' ' -f1,2 $out.eigenvec > $out.y; "
            "cut -d' ' -f3- $out.x | paste -d' ' $out.y - > $out.eigenvec",
        ),
        ("association", "sed -i 's/ADD\\( *[0-9]*\\) *-/ADD\\1  /' $out.assoc.linear"),
    ],
)
def test_a_plink_that_answers_wrongly_fails(task, edit, metric, asv_run, plink, tmp_path):
    program = tmp_path / "wrong-plink"
    program.write_text(f'#!/bin/sh\n{plink} "$@" || exit\nout=$4\n{edit}\n')
    program.chmod(0o755)
    ran = asv_run(f"{task}.Plink.{metric}-0", GWAS_PLINK=program)
    assert ran.failed
    assert "WrongAnswer" in ran.output


def test_a_plink_that_breaks_fails_and_is_asked_once(asv_run, tmp_path):
    program = tmp_path / "broken-plink"
    program.write_text(f"#!/bin/sh\necho x >> {tmp_path}/calls\nexit 7\n")
    program.chmod(0o755)
    for metric in ("track_error", "peakmem_tree"):
        ran = asv_run(f"pca.Plink.{metric}-0", GWAS_PLINK=program)
        assert ran.failed
        assert "PLINK ended with 7" in ran.output
    assert (tmp_path / "calls").read_text() == "x\n"


@pytest.mark.parametrize("name", ["time_numpy_kernel", "time_file_read", "time_process_start"])
def test_sentinels_run_anywhere(name, asv_run):
    ran = asv_run(f"sentinels.Machine.{name}")
    assert len(ran.value["samples"]) >= 6, ran.output


def test_a_wrong_reference_is_noticed_by_every_metric(asv_run, plink, datasets, tmp_path):
    root = tmp_path / "datasets"
    shutil.copytree(datasets, root)
    reference = dict(np.load(root / "smoke" / "reference.npz"))
    reference["allele_frequency"] = 1 - reference["allele_frequency"]
    np.savez(root / "smoke" / "reference.npz", **reference)
    for metric in METRICS:
        ran = asv_run(f"allele_frequency.Plink.{metric}-0", GWAS_PLINK=plink, GWAS_DATASETS=root)
        assert ran.failed
