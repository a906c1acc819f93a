"""Right answers pass; planted wrong ones fail, in every task."""

import numpy as np
import pytest

from benchmarks._harness import checks, data, pruning, registry
from benchmarks._harness.bed import Bed


@pytest.fixture
def paths(datasets, tmp_path, monkeypatch):
    monkeypatch.setattr(data, "_scratch", str(tmp_path))
    return data.Paths(datasets / "smoke")


@pytest.fixture(scope="module")
def pruned(datasets):
    return greedy(Bed(str(datasets / "smoke" / "calls")))


@pytest.fixture
def right(paths, pruned):
    """A right answer for each task, as arrays."""
    reference = dict(np.load(paths.reference))
    frequency, p = reference["allele_frequency"], reference["hwe_p"]
    return {
        "allele_frequency": {"frequency": frequency.copy()},
        "hardy_weinberg": {"p": p.copy(), "kept": (frequency > 0.01) & (p > 1e-6)},
        "pca": {"scores": reference["pca_scores"].copy()},
        "association": {"beta": reference["beta"].copy(), "p": reference["p"].copy()},
        "ld_prune": {"kept_ids": list(pruned)},
    }


def greedy(bed, r2=0.2):
    """Ids that the plainest pruning keeps: each variant that is in LD with no kept one."""
    dosages = bed.dosages(0, len(bed.ids)).astype(float)
    kept = []
    for i in range(len(bed.ids)):
        near = [j for j in kept if bed.contigs[j] == bed.contigs[i] and i - j < pruning.VARIANTS]
        if all(np.corrcoef(dosages[i], dosages[j])[0, 1] ** 2 <= r2 for j in near):
            kept.append(i)
    return [bed.ids[i] for i in kept]


@pytest.mark.parametrize("task", sorted(registry.TASKS))
def test_right_answer_passes(task, right, paths):
    assert checks.check(task, "sgkit", right[task], paths) < 1e-6


def test_every_task_states_a_tolerance_for_every_tool():
    for tool in registry.TOOLS.values():
        assert list(tool.tolerance) == list(registry.TASKS), tool.tool
        assert all(0 < limit < 1e-2 for limit in tool.tolerance.values())


def perturbed(answer):
    answer["allele_frequency"]["frequency"][7] += 1e-3
    answer["hardy_weinberg"]["p"][7] *= 1.01
    answer["pca"]["scores"][:, 9] = np.roll(answer["pca"]["scores"][:, 9], 1)
    answer["association"]["beta"][7] *= 1.05
    answer["ld_prune"]["kept_ids"].remove(answer["ld_prune"]["kept_ids"][3])


def flipped(answer):
    frequency = answer["allele_frequency"]["frequency"]
    answer["allele_frequency"]["frequency"] = 1 - frequency
    answer["hardy_weinberg"]["kept"] = ~answer["hardy_weinberg"]["kept"]
    answer["association"]["beta"] *= -1
    answer["pca"]["scores"] = answer["pca"]["scores"][::-1]
    answer["ld_prune"]["kept_ids"] += ["9:1:A:C"]


def unfinished(answer):
    answer["allele_frequency"]["frequency"][0] = np.nan
    answer["hardy_weinberg"]["p"][0] = np.nan
    answer["association"]["p"][0] = np.nan
    answer["pca"]["scores"] = answer["pca"]["scores"][:, :9]
    answer["ld_prune"]["kept_ids"].clear()


@pytest.mark.parametrize("plant", [perturbed, flipped, unfinished])
@pytest.mark.parametrize("tool", ["sgkit", "plink"])
@pytest.mark.parametrize("task", sorted(registry.TASKS))
def test_planted_wrong_answer_fails(task, tool, plant, right, paths):
    plant(right)
    with pytest.raises(checks.WrongAnswer, match=task):
        checks.check(task, tool, right[task], paths)


def test_keeping_a_variant_in_ld_fails(right, paths):
    bed = Bed(paths.bfile)
    kept = set(right["ld_prune"]["kept_ids"])
    removed = next(name for name in bed.ids if name not in kept)
    answer = {"kept_ids": [*kept, removed]}
    for tool in registry.TOOLS:
        with pytest.raises(checks.WrongAnswer):
            checks.check("ld_prune", tool, answer, paths)


def test_dropping_the_whole_of_a_linked_group_fails_for_every_rule(right, paths):
    bed = Bed(paths.bfile)
    kept = [name for name in right["ld_prune"]["kept_ids"] if bed.ids.index(name) > 20]
    for tool in registry.TOOLS:
        with pytest.raises(checks.WrongAnswer):
            checks.check("ld_prune", tool, {"kept_ids": kept}, paths)


def test_signs_scale_and_rotation_of_components_do_not_matter(right, paths):
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(10, 10)))[0]
    answer = {"scores": right["pca"]["scores"] @ rotation * -3}
    assert checks.check("pca", "sgkit", answer, paths) < 1e-6


def test_named_variants_and_samples_may_come_in_any_order(right, paths):
    bed = Bed(paths.bfile)
    order = np.random.default_rng(0).permutation(len(bed.names))
    answer = {
        "frequency": right["allele_frequency"]["frequency"][order],
        "variants": ["chr" + bed.names[i] for i in order],
    }
    assert checks.check("allele_frequency", "hail", answer, paths) == 0
    order = np.random.default_rng(0).permutation(len(bed.samples))
    answer = {
        "scores": right["pca"]["scores"][order],
        "samples": [bed.samples[i] for i in order],
    }
    assert checks.check("pca", "hail", answer, paths) < 1e-6


def test_a_missing_variant_is_named(right, paths):
    names = Bed(paths.bfile).names
    answer = {"frequency": right["allele_frequency"]["frequency"][1:], "variants": names[1:]}
    with pytest.raises(checks.WrongAnswer, match=names[0]):
        checks.check("allele_frequency", "hail", answer, paths)


@pytest.mark.parametrize("tool", ["hail", "plink2"])
def test_the_mid_p_is_checked_where_the_tool_gives_it(tool, right, paths):
    with pytest.raises(checks.WrongAnswer):
        checks.check("hardy_weinberg", tool, right["hardy_weinberg"], paths)


def test_bed_reads_back_what_was_written(datasets):
    import zarr

    genotypes = zarr.open_group(str(datasets / "smoke" / "calls.zarr"), mode="r")["call_genotype"]
    bed = Bed(str(datasets / "smoke" / "calls"))
    assert (bed.dosages(3, 300) == genotypes[3:300].sum(axis=2)).all()
