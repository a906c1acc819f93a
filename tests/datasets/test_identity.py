import hashlib

import numpy as np
import pytest

from datasets import catalogue, content, prepare
from datasets.bed import BedReader
from datasets.identity import identity
from datasets.simulate import Simulation
from datasets.zarr_store import ZarrReader
from tests.datasets.made import bed, block, random_dosage

SMOKE = "9e7d44bc2f7c"  # the start of smoke's identity: it may change with RECIPE only


def test_is_the_sha256_that_its_docstring_says(tmp_path):
    store = bed(tmp_path, block([[0, 1, -1]]), block([[2, 1, 0], [1, 1, 1]], contig="2"))
    expected = hashlib.sha256()
    expected.update(b"1\0" + (1).to_bytes(8, "little") + (100).to_bytes(4, "little") + b"CT")
    expected.update(bytes([0, 1, 255]))
    expected.update(b"2\0" + (2).to_bytes(8, "little"))
    expected.update((100).to_bytes(4, "little") + (110).to_bytes(4, "little") + b"CTCT")
    expected.update(bytes([2, 1, 0, 1, 1, 1]))
    expected.update(b"S0\nS1\nS2\n")
    assert identity(store).sha256 == expected.hexdigest()


@pytest.mark.parametrize("cells", [400, 1999, 10**6])
def test_does_not_depend_on_blocks(smoke, monkeypatch, cells):
    monkeypatch.setattr(content, "_CELLS", cells)
    assert identity(BedReader(smoke / "calls")).sha256.startswith(SMOKE)
    assert identity(ZarrReader(smoke / "calls.zarr")).sha256.startswith(SMOKE)


def test_any_change_shows(tmp_path):
    dosage = random_dosage(8, 6)
    before = identity(bed(tmp_path / "a", block(dosage)))
    changed = dosage.copy()
    changed[3, 3] = (changed[3, 3] + 1) % 3
    assert identity(bed(tmp_path / "b", block(changed))).sha256 != before.sha256
    assert identity(bed(tmp_path / "c", block(dosage, contig="2"))).sha256 != before.sha256
    assert identity(bed(tmp_path / "d", block(dosage, first=101))).sha256 != before.sha256
    assert identity(bed(tmp_path / "e", block(dosage))) == before


def test_the_simulation_is_the_same_in_any_blocks(monkeypatch):
    spec = catalogue.find("smoke")
    whole = np.concatenate([b.dosage for b in Simulation(spec).blocks()])
    monkeypatch.setattr(content, "_CELLS", 37 * spec.n_samples)
    assert np.array_equal(whole, np.concatenate([b.dosage for b in Simulation(spec).blocks()]))


def test_simulated_content_is_canonical(smoke):
    store = BedReader(smoke / "calls")
    dosage = store.dosages(0, len(store.sites))
    assert dosage.shape == (2000, 200)
    assert content.polymorphic(dosage).all()
    assert [name for name, *_ in store.sites.by_contig()] == ["1", "2", "3"]
    assert len(set(store.sites.names(0, 2000))) == 2000
    assert not any("_" in name for name in store.samples)
    assert prepare.read(smoke)["sha256"] == identity(store).sha256


def test_missing_version_differs_in_missing_calls_only(smoke_cache):
    clean, missing = (
        BedReader(smoke_cache / "datasets" / name / "calls") for name in ("smoke", "smoke-missing")
    )
    assert missing.sites.same(clean.sites)
    a, b = clean.dosages(0, 2000), missing.dosages(0, 2000)
    assert (a == b)[b != -1].all()
    assert 0.0045 < (b == -1).mean() < 0.0055
    folder = smoke_cache / "datasets"
    name = "phenotypes.tsv"
    assert (folder / "smoke" / name).read_text() == (folder / "smoke-missing" / name).read_text()


def test_builder_refuses_what_is_not_canonical():
    def build(*blocks):
        builder = content.SitesBuilder()
        for one in blocks:
            builder.add(one)
        return builder.build()

    dosage = [[0, 1], [1, 1]]
    with pytest.raises(ValueError, match="duplicate"):
        build(block(dosage), block(dosage, first=110))
    with pytest.raises(ValueError, match="not sorted"):
        build(block(dosage), block(dosage, first=90))
    with pytest.raises(ValueError, match="not sorted"):
        build(block(dosage), block(dosage, contig="2"), block(dosage, first=500))
    with pytest.raises(ValueError, match="ACGT"):
        build(block(dosage)._replace(alt=np.array([b"N", b"T"])))
    with pytest.raises(ValueError, match="no variants"):
        build()
    for bad in ("A_1", "A 1", ""):
        with pytest.raises(ValueError, match="sample names"):
            content.check_sample_names([content.Sample(bad, "X")])
