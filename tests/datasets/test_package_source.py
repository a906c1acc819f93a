"""A source archive of the package index: blocks without a variant, archives of another form."""

import gzip
import hashlib
import io
import tarfile

import numpy as np
import pytest

from datasets import catalogue, package_source
from datasets.package_source import PackagedSites
from tests.datasets.made import Silent
from tools.common import paths
from tools.common.errors import DamagedError

SPEC = catalogue.find("1kg-sites")


@pytest.fixture
def packaged(cache):
    """What opens an archive that has these files in the cache, as if it had been fetched."""

    def make(**members):
        folder = f"{SPEC.package}-{SPEC.version}"
        place = paths.cache("downloads", f"{folder}.tar.gz")
        place.parent.mkdir(parents=True)
        with tarfile.open(place, "w:gz") as archive:
            for name, held in members.items():
                info = tarfile.TarInfo(f"{folder}/peddy/{name}")
                info.size = len(held)
                archive.addfile(info, io.BytesIO(held))
        sha256 = hashlib.sha256(place.read_bytes()).hexdigest()
        spec = SPEC.model_copy(update={"sha256": sha256})
        return PackagedSites(spec, Silent())

    return make


def test_a_block_without_a_variant_is_left_out(packaged, monkeypatch):
    monkeypatch.setattr(package_source, "block_rows", lambda n_samples: 2)
    dosage = np.array([[0, 0], [2, 2], [0, 1], [2, 1]], dtype=np.int8)
    source = packaged(**{
        "pca.py": b'_str = "0|1"',
        "GRCH37.sites": b"1:10:A:C\n1:20:A:C\n1:30:A:C\n1:40:A:C\n",
        "GRCH37.sites.bin.gz": gzip.compress(dosage.tobytes()),
    })  # fmt: skip
    (block,) = source.blocks()
    assert block.position.tolist() == [30, 40]


def test_an_archive_of_another_form_is_damaged(packaged):
    with pytest.raises(DamagedError, match=r"has no .*pca\.py"):
        packaged().samples()
