import numpy as np

from datasets import content, prepare, traits
from datasets.bed import BedReader
from datasets.content import Sample
from tests.datasets.made import block, random_dosage


def make(blocks, n, seed=1):
    maker = traits.TraitMaker([Sample(f"S{i}", "AB"[i % 2]) for i in range(n)], seed)
    for one in blocks:
        maker.add(one)
    return maker


def test_do_not_depend_on_blocks():
    dosage = random_dosage(300, 50)
    whole = make([block(dosage)], 50)
    cut = make([block(dosage[i : i + 7], first=100 + 10 * i) for i in range(0, 300, 7)], 50)
    assert whole.causal() == cut.causal()
    mine, other = whole.traits(), cut.traits()
    assert all(np.array_equal(mine[name], other[name]) for name in traits.TRAITS)


def test_causal_variants_are_common_and_on_odd_contigs():
    dosage = random_dosage(200, 50)
    rare = np.zeros((100, 50), dtype=np.int8)
    rare[:, 0] = 1
    maker = make([block(dosage), block(rare, contig="3"), block(dosage, contig="4")], 50)
    assert len(set(maker.causal())) == 20
    assert {name.split(":")[0] for name in maker.causal()} == {"1"}


def test_heritability_and_covariates_of_y_h2():
    n = 4000
    dosage = random_dosage(100, n, seed=2)
    maker = make([block(dosage)], n)
    y = maker.traits()["y_h2"]
    rows = [int(name.split(":")[1]) // 10 - 10 for name in maker.causal()]
    design = np.column_stack([np.ones(n), maker.age, maker.sex, np.arange(n) % 2])
    effects = np.linalg.lstsq(np.column_stack([design, dosage[rows].T]), y, rcond=None)[0]
    np.testing.assert_allclose(effects[1:4], [0.02, 0.3, 0.5], atol=0.1)
    genetic = dosage[rows].T @ effects[4:]
    rest = y - np.column_stack([design, dosage[rows].T]) @ effects
    assert 0.27 < genetic.var() / (genetic.var() + rest.var()) < 0.33


def test_even_contigs_and_the_null_trait_show_nothing(smoke):
    answers = np.load(smoke / "reference.npz")
    sites = BedReader(smoke / "calls").sites
    even = np.array([int(name) % 2 == 0 for name in sites.contigs])[sites.contig]
    assert answers["p"][even & answers["common"]].min() > 1e-5


def test_y_study_is_algorithm_1(smoke):
    """XL' a + e, a and e uniform on [0, 1): its expectation is half of the ALT copies and half."""
    copies = BedReader(smoke / "calls").dosages(0, 2000).sum(axis=0)
    rows = [line.split("\t") for line in (smoke / "phenotypes.tsv").read_text().splitlines()]
    assert rows[0] == ["FID", "IID", "y_study", "y_h2", "y_null"]
    y = np.array([float(row[2]) for row in rows[1:]])
    assert abs((y - copies / 2 - 0.5).mean()) < 3 * np.sqrt(copies.mean() / 6)
    assert np.corrcoef(y, copies)[0, 1] > 0.5


def test_text_keeps_full_precision():
    values = {"a": np.array([1 / 3, 1e-300]), "b": np.array([1, 2])}
    lines = traits.table(["S0", "S1"], values).splitlines()
    assert lines[0] == "FID\tIID\ta\tb"
    assert [float(line.split("\t")[2]) for line in lines[1:]] == [1 / 3, 1e-300]
    assert lines[1] == "S0\tS0\t0.3333333333333333\t1"


def test_tables_of_smoke_are_in_the_order_of_the_samples(smoke):
    samples = BedReader(smoke / "calls").samples
    for name in ("phenotypes.tsv", "covariates.tsv"):
        rows = [line.split("\t") for line in (smoke / name).read_text().splitlines()[1:]]
        assert [row[0] for row in rows] == [row[1] for row in rows] == samples
    header = (smoke / "covariates.tsv").read_text().splitlines()[0].split("\t")
    assert header == ["FID", "IID", "age", "sex", *(f"PC{i}" for i in range(1, 11))]
    assert prepare.read(smoke)["made"]["causal_variants_of_y_h2"]
    assert content.MISSING == -1
