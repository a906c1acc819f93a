"""The axis modules: a task module's own bodies, with one thing changed at a time."""

import importlib
import sys
import types

import numpy as np
import pytest

from benchmarks import hyperparameters, scaling, sharding
from benchmarks._harness import axis, checks, data, pruning, registry, shapes
from benchmarks._harness.bed import Bed
from benchmarks._harness.replaced import option, replaced
from datasets import catalogue
from tests.benchmarks.test_checks import greedy

CLASSES = [tool.__name__ for tool in registry.TOOLS.values()]


@pytest.fixture
def here(datasets, tmp_path, monkeypatch):
    monkeypatch.setenv("GWAS_DATASETS", str(datasets))
    monkeypatch.setattr(data, "_scratch", str(tmp_path))
    return data.Paths(datasets / "smoke")


def placed(cls, **point):
    task = cls()
    task.configure(point)
    return task


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("task", axis.TASKS)
def test_what_runs_is_the_task_modules_own(name, task, here, monkeypatch):
    module = importlib.import_module(f"benchmarks.{task}")
    monkeypatch.setattr(data, "paths", lambda name, format: here)
    ran = []
    for part in ("open", "compute", "write", "command"):
        monkeypatch.setattr(
            getattr(module, name),
            part,
            lambda self, *args, part=part: ran.append((part, *args)) or part,
            raising=False,
        )
    one = placed(getattr(scaling, name), task=task, data="smoke", cores=1)
    assert one.task() == task
    assert one.module() == "scaling"
    if name.lower() in registry.programs():
        assert one.command("paths") == "command"
        return
    assert one.open("paths") == "open"
    assert one.compute("input") == "compute"
    one.write("result", "out")
    assert ran == [("open", "paths"), ("compute", "input"), ("write", "result", "out")]


def test_an_axis_has_its_own_metrics_and_takes_none_from_others():
    assert hyperparameters.Sgkit.time_load is None
    assert hyperparameters.Sgkit.track_graph_tasks is None
    assert callable(scaling.Sgkit.time_load)
    assert callable(importlib.import_module("benchmarks.pca").Sgkit.track_graph_tasks)


def test_a_new_version_of_a_task_is_one_of_every_axis(monkeypatch):
    assert axis.version("1") == "1.11112"  # as in stored results
    monkeypatch.setattr(importlib.import_module("benchmarks.pca"), "version", "10")
    assert axis.version("1") == "1.11112+pca10"
    monkeypatch.setattr(importlib.import_module("benchmarks.ld_prune"), "version", "2")
    assert axis.version("2") == "2.11112+ld_prune2+pca10"


def test_a_new_task_changes_no_version_of_an_axis(monkeypatch):
    before = axis.version("1")
    toy = types.SimpleNamespace(version="1")
    monkeypatch.setitem(sys.modules, "benchmarks.toy", toy)
    monkeypatch.setitem(registry.TASKS, "toy", registry.Task("Toy", "1"))
    assert axis.version("1") == before
    toy.version = "2"
    assert axis.version("1") == before + "+toy2"


def test_every_shape_names_a_data_set_and_the_usual_one_is_among_them():
    for format, characters in (("zarr", shapes.CHUNKS), ("mt", shapes.PARTITIONS)):
        for name in registry.SHAPES:
            found = [shapes.of(name, format, character) for character in characters]
            assert len(set(found)) == len(characters)
            spec = catalogue.find(name)
            usual = "x".join(map(str, spec.chunks)) if format == "zarr" else str(spec.partitions)
            assert usual in found or found == ["960", "8128", "20318"]


@pytest.mark.parametrize("name", ["1kg-chr21", "sim-2504-1.1m"])
def test_data_of_the_studys_size_are_in_its_own_partitions(name):
    found = [shapes.of(name, "mt", character) for character in shapes.PARTITIONS]
    assert found == ["960", "8128", "20318"]


def test_the_shape_is_that_of_the_character(here):
    sgkit = {"task": "pca", "data": "smoke", "cores": 1}
    assert placed(sharding.Sgkit, chunks="tiles", **sgkit).paths.zarr.endswith("/calls.zarr")
    with pytest.raises(NotImplementedError, match="prepare smoke --chunks 250x200"):
        placed(sharding.Sgkit, chunks="rows", **sgkit)
    other = here.folder / "calls-250x200.zarr"
    other.mkdir()
    try:
        assert placed(sharding.Sgkit, chunks="rows", **sgkit).paths.zarr == str(other)
    finally:
        other.rmdir()


def test_a_data_set_without_shapes_is_not_applicable():
    with pytest.raises(NotImplementedError, match="sim-5k"):
        shapes.of("sim-5k", "zarr", "tiles")


def test_replaced_gives_the_other_value_and_is_gone_afterwards():
    tool = types.SimpleNamespace(pca=lambda ds, n_components: n_components)
    own = tool.pca
    with replaced(tool, "pca", "n_components", 3):
        assert tool.pca("ds", n_components=10) == 3
    assert tool.pca is own


def test_a_body_that_does_not_pass_the_value_is_refused():
    tool = types.SimpleNamespace(pca=lambda ds, n_components=10: n_components)
    with (
        pytest.raises(TypeError, match="gives pca no n_components"),
        replaced(tool, "pca", "n_components", 3),
    ):
        tool.pca("ds")
    with (
        pytest.raises(TypeError, match="does not call pca"),
        replaced(tool, "pca", "n_components", 3),
    ):
        pass
    assert tool.pca("ds") == 10


def test_an_option_is_replaced_at_its_place():
    words = ["--indep-pairwise", "100", "1", "0.2"]
    assert option(words, "--indep-pairwise", 3, 0.5) == ["--indep-pairwise", "100", "1", "0.5"]
    assert words[3] == "0.2"


def setting(cls, text, **more):
    return placed(cls, setting=text, data="smoke", cores=1, **more)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("n_components=2", ["--maf", "0.050001", "--pca", "2"]),
        ("r2=0.8", ["--indep-pairwise", "100", "1", "0.8"]),
        ("window=50", ["--indep-pairwise", "50", "1", "0.2"]),
    ],
)
def test_programs_get_the_hyperparameter(text, words, here):
    for name in registry.programs():
        cls = getattr(hyperparameters, registry.TOOLS[name].__name__)
        assert setting(cls, text).command(here) == words


def test_every_setting_is_of_a_task_and_the_tasks_own_values_are_among_them():
    for text in hyperparameters.SETTINGS:
        assert text.partition("=")[0] in hyperparameters.TASK
    assert {"n_components=10", "r2=0.2", "window=100"} <= set(hyperparameters.SETTINGS)


@pytest.mark.parametrize("n", [2, 5])
def test_fewer_components_are_compared_with_as_many(n, here):
    scores = np.load(here.reference)["pca_scores"]
    right = {"scores": scores[:, :n]}
    assert checks.check("pca", "sgkit", right, here, n_components=n) < 1e-6
    for wrong in (scores[:, : n + 1], scores[:, 1 : n + 1], scores[:, :n][::-1]):
        with pytest.raises(checks.WrongAnswer):
            checks.check("pca", "sgkit", {"scores": wrong}, here, n_components=n)


def test_of_more_components_the_first_ten_are_compared(here):
    scores = np.load(here.reference)["pca_scores"]
    more = np.random.default_rng(0).normal(size=(len(scores), 10))
    answer = {"scores": np.hstack([scores, more])}
    assert checks.check("pca", "sgkit", answer, here, n_components=20) < 1e-6
    for wrong in (np.hstack([more, scores]), scores):
        with pytest.raises(checks.WrongAnswer):
            checks.check("pca", "sgkit", {"scores": wrong}, here, n_components=20)


@pytest.mark.parametrize("tool", registry.TOOLS)
def test_pruning_for_one_threshold_is_wrong_for_another(tool, here):
    bed = Bed(here.bfile)
    kept = {"kept_ids": greedy(bed, r2=0.5)}
    for r2 in (0.2, 0.8):
        with pytest.raises(checks.WrongAnswer):
            checks.check("ld_prune", tool, kept, here, r2=r2)
    assert checks.check("ld_prune", "sgkit", kept, here, r2=0.5) < 1e-6


def test_pruning_in_one_window_is_wrong_in_another():
    """Two variants 300 apart in LD: near in a window of 500, and not in one of 100."""
    bed = far_apart()
    everything = np.ones(len(bed.ids), dtype=bool)
    for near, wide in (("variants", 500), ("base pairs", 5_000_000)):
        small = wide // 5
        assert pruning.deviation(bed, everything, near, "kept", 0.2, small) == 0
        assert pruning.deviation(bed, everything, near, "kept", 0.2, wide) > 0.5


def far_apart():
    """A made data set of unlinked variants, but for two that are 300 apart and the same."""
    random = np.random.default_rng(0)
    dosages = random.integers(0, 3, (400, 2000)).astype(np.int8)
    dosages[350] = dosages[50]
    return types.SimpleNamespace(
        ids=[str(i) for i in range(400)],
        contigs=["1"] * 400,
        positions=[i * 10_000 for i in range(400)],
        dosages=lambda start, stop: dosages[start:stop],
    )
