"""Benchmarks as asv_runner runs them: not applicable, PLINK for real, wrong answers fail."""

import json
import os
import shutil

import numpy as np
import pytest

from benchmarks._harness import registry
from tests.benchmarks.conftest import program_of, variable_of

TASKS = list(registry.TASKS)
METRICS = ["time_end_to_end", "peakmem_tree", "track_error"]


@pytest.mark.parametrize("tool", [tool.__name__ for tool in registry.TOOLS.values()])
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


@pytest.mark.parametrize("tool", registry.programs())
@pytest.mark.parametrize("task", TASKS)
def test_a_program_is_measured(task, tool, asv_run, tmp_path):
    name = f"{task}.{registry.TOOLS[tool].__name__}"
    timing, memory, error = (
        asv_run(f"{name}.{metric}-0", **variable_of(tool)) for metric in METRICS
    )
    assert len(timing.value["samples"]) >= 3, timing.output
    assert 2**20 < memory.value < 2**31
    assert 0 <= error.value <= registry.TOOLS[tool].tolerance[task]
    lines = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    assert {line["benchmark"] for line in lines} >= {
        f"{name}.time_end_to_end(cores=1, data='smoke')"
    }
    assert {line["phase"] for line in lines} <= {"start", "setup", "measure"}
    assert not list((tmp_path / "work" / "out").iterdir()), "no result is left behind"


# a shell command that spoils the result of each task, as each program writes it
SPOILED = {
    "plink": {
        "allele_frequency": "sed -i '5s/0\\.[0-9]/0.00/' $out.frq",
        "hardy_weinberg": "sed -i 2d $out.snplist",
        "ld_prune": "sed -i 1d $out.prune.in",
        "pca": "tac $out.eigenvec > $out.x; cut -d' ' -f1,2 $out.eigenvec > $out.y; "
        "cut -d' ' -f3- $out.x | paste -d' ' $out.y - > $out.eigenvec",
        "association": "sed -i 's/ADD\\( *[0-9]*\\) *-/ADD\\1  /' $out.assoc.linear",
    },
    "plink2": {
        "allele_frequency": "sed -i '5s/\\t[0-9]*\\t/\\t0\\t/' $out.acount",  # of no called allele
        "hardy_weinberg": "sed -i 2d $out.snplist",
        "ld_prune": "sed -i 1d $out.prune.in",
        "pca": "head -1 $out.eigenvec > $out.x; sed 1d $out.eigenvec | cut -f1,2 > $out.y; "
        "sed 1d $out.eigenvec | tac | cut -f3- | paste $out.y - >> $out.x; "
        "mv $out.x $out.eigenvec",
        "association": "sed -i 's/\\(ADD\\t[0-9]*\\t\\)-/\\1/' $out.y_h2.glm.linear",
    },
}


@pytest.mark.parametrize("metric", METRICS[::2])
@pytest.mark.parametrize(
    ("tool", "task"), [(tool, task) for tool, tasks in SPOILED.items() for task in tasks]
)
def test_a_program_that_answers_wrongly_fails(tool, task, metric, asv_run, tmp_path):
    program = tmp_path / "wrong"
    spoil = SPOILED[tool][task]
    program.write_text(f'#!/bin/sh\n{program_of(tool)} "$@" || exit\nout=$4\n{spoil}\n')
    program.chmod(0o755)
    entry = registry.TOOLS[tool]
    ran = asv_run(f"{task}.{entry.__name__}.{metric}-0", **{entry.variable: program})
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
