import json

import numpy as np
import pytest
import zarr

from datasets import zarr_store
from datasets.identity import identity
from tests.datasets.made import bed, block, random_dosage
from tools.common.errors import DamagedError


@pytest.fixture
def store(tmp_path):
    # a whole chunk of zeros, which a careless writer leaves out
    dosage = random_dosage(30, 21, missing=0.05)
    dosage[10:20, 10:20] = 0
    return bed(tmp_path, block(dosage[:17]), block(dosage[17:], contig="X2"))


def test_same_content_in_sgkits_conventions(tmp_path, store):
    zarr_store.write(tmp_path / "calls.zarr", store, (10, 10))
    reader = zarr_store.ZarrReader(tmp_path / "calls.zarr")
    assert np.array_equal(reader.dosages(0, 30), store.dosages(0, 30))
    assert np.array_equal(reader.dosages(8, 23), store.dosages(8, 23))
    assert reader.sites.same(store.sites)
    assert identity(reader) == identity(store)
    group = zarr.open_consolidated(str(tmp_path / "calls.zarr"), mode="r")
    assert group.attrs["contigs"] == ["1", "X2"]
    assert group["call_genotype"].attrs["_ARRAY_DIMENSIONS"] == ["variants", "samples", "ploidy"]
    assert group["call_genotype"].chunks == (10, 10, 2)
    assert group["variant_id"][:2].tolist() == [b"1:100:C:T", b"1:110:C:T"]
    assert group["variant_allele"][0].tolist() == [b"C", b"T"]
    missing = store.dosages(0, 30) == -1
    assert np.array_equal(group["call_genotype_mask"][:].all(axis=2), missing)


def test_every_chunk_is_written_and_without_a_fill_value(tmp_path, store):
    path = tmp_path / "calls.zarr"
    zarr_store.write(path, store, (10, 10))
    assert len(list((path / "call_genotype").glob("*.*.*"))) == 9
    for metadata in path.glob("*/.zarray"):
        described = json.loads(metadata.read_text())
        assert described["fill_value"] is None
        assert described["zarr_format"] == 2
        assert described["filters"] is None
        assert described["dtype"][1] in "ibSU"


def test_a_lost_chunk_is_damage(tmp_path, store):
    path = tmp_path / "calls.zarr"
    zarr_store.write(path, store, (10, 10))
    (path / "call_genotype" / "1.1.0").unlink()
    with pytest.raises(DamagedError, match="1 of 9 chunks are missing"):
        zarr_store.ZarrReader(path)
