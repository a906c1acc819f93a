from fractions import Fraction
from math import comb

import numpy as np
import pytest
from scipy import stats

from datasets import hardy_weinberg, pca, reference
from datasets.bed import BedReader
from datasets.regression import Regression
from tests.datasets.made import bed, block, random_dosage


def brute_force(n, hets, alts):
    """(p, mid-p) by exact fractions over all possible numbers of heterozygotes."""
    copies = 2 * alts + hets
    ways = {}
    for h in range(copies % 2, min(copies, 2 * n - copies) + 1, 2):
        homozygous = (copies - h) // 2
        arrangements = comb(n, h) * comb(n - h, homozygous)
        ways[h] = Fraction(arrangements * 2**h, comb(2 * n, copies))
    assert sum(ways.values()) == 1
    p = sum(way for way in ways.values() if way <= ways[hets])
    same = sum(way for way in ways.values() if way == ways[hets])
    return float(p), float(p - same / 2)


def test_hardy_weinberg_against_enumeration():
    counts = np.array([[n - h - a, h, a] for n in (1, 2, 7, 20) for h in range(n + 1)
                       for a in range(n - h + 1)])  # fmt: skip
    p, mid = hardy_weinberg.exact(counts)
    expected = np.array([brute_force(row.sum(), row[1], row[2]) for row in counts])
    np.testing.assert_allclose(p, expected[:, 0], rtol=1e-12)
    np.testing.assert_allclose(mid, expected[:, 1], rtol=1e-12, atol=1e-15)


def test_hardy_weinberg_far_from_equilibrium_and_with_many_samples():
    counts = np.array([[500, 0, 500], [0, 1000, 0], [900, 90, 10], [99_000, 990, 10]])
    p, mid = hardy_weinberg.exact(counts)
    for row, mine, half in zip(counts[:3], p, mid, strict=False):
        expected = brute_force(int(row.sum()), int(row[1]), int(row[2]))
        np.testing.assert_allclose([mine, half], expected, rtol=1e-9)
    assert 0 < p[3] < 1e-3


def test_frequency_counts_called_alleles_only(tmp_path):
    store = bed(tmp_path, block([[0, 1, 2, -1], [2, 2, 1, 0]]))
    counted = reference.counts(store, lambda amount: None)
    assert counted.tolist() == [[1, 1, 1], [1, 1, 2]]
    assert reference.frequency(counted).tolist() == [0.5, 0.625]


@pytest.mark.parametrize("missing", [0.0, 0.05])
def test_regression_against_least_squares(missing):
    dosage = random_dosage(30, 80, seed=3, missing=missing)
    random = np.random.default_rng(4)
    covariates = np.column_stack([random.integers(40, 70, 80), random.normal(size=(80, 3))])
    trait = 0.4 * dosage[2] + 0.1 * covariates[:, 0] + random.normal(size=80)
    found = Regression(trait, covariates).effects(dosage)
    for i, row in enumerate(dosage):
        x = np.where(row == -1, row[row != -1].mean(), row)
        design = np.column_stack([x, np.ones(80), covariates])
        effects, rest, *_ = np.linalg.lstsq(design, trait, rcond=None)
        freedom = 80 - design.shape[1]
        se = np.sqrt(rest[0] / freedom * np.linalg.inv(design.T @ design)[0, 0])
        p = 2 * stats.t.sf(abs(effects[0] / se), freedom)
        mine = [column[i] for column in found]
        np.testing.assert_allclose(mine, [effects[0], se, effects[0] / se, p], rtol=1e-9)


def test_regression_has_no_answer_where_there_is_none():
    dosage = np.array([[1] * 20, [0, 1] * 10], dtype=np.int8)
    random = np.random.default_rng(1)
    found = Regression(random.normal(size=20), np.arange(20.0)[:, None] % 2).effects(dosage)
    assert np.isnan(found.beta).all()  # constant, and the same as a covariate
    assert np.isnan(found.p).all()


@pytest.mark.parametrize("shape", [(200, 40), (40, 203)])  # either Gram matrix
def test_pca_against_svd(tmp_path, shape, monkeypatch):
    dosage = random_dosage(*shape, seed=5, missing=0.02)
    store = bed(tmp_path, block(dosage))
    alt = reference.frequency(reference.counts(store, lambda amount: None))
    common = reference.is_common(alt)
    found = pca.components(store, alt, common, lambda amount: None)
    x = (dosage - 2 * alt[:, None]) / np.sqrt(2 * (alt * (1 - alt)))[:, None]
    x[dosage == -1] = 0
    _, values, vectors = np.linalg.svd(x[common], full_matrices=False)
    np.testing.assert_allclose(found.singular_values, values[:10], rtol=1e-9)
    cosines = np.abs((found.vectors * vectors[:10].T).sum(axis=0))
    np.testing.assert_allclose(cosines, 1, rtol=1e-9)


def test_reference_of_smoke(smoke):
    answers = np.load(smoke / "reference.npz")
    store = BedReader(smoke / "calls")
    dosage = store.dosages(0, 2000)
    np.testing.assert_allclose(answers["allele_frequency"], dosage.mean(axis=1) / 2, rtol=1e-14)
    assert answers["counts"].sum() == dosage.size
    assert answers["pca_scores"].shape == (200, 10)
    assert {
        name: answers[name].dtype.str for name in ("hwe_p", "hwe_p_mid", "beta", "se", "p")
    } == {name: "<f8" for name in ("hwe_p", "hwe_p_mid", "beta", "se", "p")}
    assert (answers["hwe_p_mid"] < answers["hwe_p"]).all()


def test_pca_separates_the_populations(smoke):
    scores = np.load(smoke / "reference.npz")["pca_scores"][:, :2]
    lines = (smoke / "samples.tsv").read_text().splitlines()[1:]
    population = np.array([line.split("\t")[1] for line in lines])
    centres = {name: scores[population == name].mean(axis=0) for name in set(population)}
    assert set(centres) == {"YRI", "CEU", "CHB"}
    nearest = [
        min(centres, key=lambda name: np.linalg.norm(row - centres[name])) for row in scores
    ]
    assert (np.array(nearest) == population).mean() > 0.97
