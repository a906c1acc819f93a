"""1000 Genomes genotypes at sites over the whole genome, from the source archive of `peddy`.

The archive comes from the package index that pip is configured for, and must have the catalogue's
sha256. It is only read: nothing in it is built or run. It holds `GRCH37.sites`
(CHR:POS:REF:ALT a line) and `GRCH37.sites.bin.gz` (uint8 0, 1 or 2, sites x 2,504 samples);
`pca.py` has each sample's continent. It has no sample names, so ours are numbers.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import requests
from pypi_simple import NoSuchProjectError, PyPISimple, UnsupportedContentTypeError

from datasets.catalogue import PackageSpec
from datasets.content import Block, Sample, block_rows, polymorphic, ranges
from datasets.progress import Reporter
from tools.common import paths
from tools.common.errors import DamagedError, UnreachableError
from tools.upstreams.index_source import index_url

CONTINENTS = ("AFR", "AMR", "EAS", "EUR", "SAS")  # the numbers 0 to 4 of pca.py


class PackagedSites:
    """A Source over the archive; fetches it when it is not in the cache."""

    def __init__(self, spec: PackageSpec, reporter: Reporter) -> None:
        self._spec = spec
        self._archive = _fetch(spec, reporter)

    def samples(self) -> list[Sample]:
        text = self._read("pca.py").decode()
        labels = re.search(r'^_str = "([0-4|]+)"', text, re.MULTILINE)
        if labels is None:
            raise DamagedError(f"{self._archive.name} has no list of continents")
        continents = [CONTINENTS[int(number)] for number in labels[1].split("|")]
        return [Sample(f"KG{i:04d}", name) for i, name in enumerate(continents, 1)]

    def provenance(self) -> dict[str, object]:
        return {
            "how": "1000 Genomes phase 3 genotypes from a source archive of the package index",
            "package": f"{self._spec.package}=={self._spec.version}",
            "sha256": self._spec.sha256,
            "licence": self._spec.licence,
            "reference_genome": "GRCh37",
        }

    def blocks(self) -> Iterator[Block]:
        """All sites with both alleles, in the order of the file."""
        sites = [line.split(":") for line in self._read("GRCH37.sites").decode().split()]
        n_samples = len(self.samples())
        raw = gzip.decompress(self._read("GRCH37.sites.bin.gz"))
        dosage = np.frombuffer(raw, dtype=np.int8).reshape(len(sites), n_samples)
        contigs = list(dict.fromkeys(contig for contig, *_ in sites))
        for contig in contigs:
            rows = np.array([i for i, site in enumerate(sites) if site[0] == contig])
            for start, stop in ranges(len(rows), block_rows(n_samples)):
                chosen = rows[start:stop]
                chosen = chosen[polymorphic(dosage[chosen])]
                if not len(chosen):
                    continue
                _, position, ref, alt = zip(*(sites[i] for i in chosen), strict=True)
                yield Block(
                    contig,
                    np.array(position, dtype=np.int32),
                    np.array(ref, dtype="S1"),
                    np.array(alt, dtype="S1"),
                    dosage[chosen],
                )

    def _read(self, name: str) -> bytes:
        member = f"{self._spec.package}-{self._spec.version}/peddy/{name}"
        with tarfile.open(self._archive) as archive, contextlib.suppress(KeyError):  # not there
            if stream := archive.extractfile(member):  # None for a folder
                return stream.read()
        raise DamagedError(f"{self._archive.name} has no {member}")


def _fetch(spec: PackageSpec, reporter: Reporter) -> Path:
    """The archive in the cache, fetched when missing; DamagedError when its sha256 is wrong."""
    package, version = spec.package, spec.version
    kept = paths.cache("downloads", f"{package}-{version}.tar.gz")
    if kept.exists() and _sha256(kept) == spec.sha256:
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_name(f"{kept.name}.part")
    url = index_url()
    try:
        with PyPISimple(url) if url else PyPISimple() as index:
            page = index.get_project_page(package, timeout=60)
            archives = [
                file
                for file in page.packages
                if file.version == version and file.package_type == "sdist"
            ]
            if not archives:
                raise UnreachableError(f"the package index has no source of {package} {version}")
            with reporter.stage(f"fetching {package} {version}", None):
                # the catalogue's hash is checked below, in place of the index's own
                index.download_package(archives[0], aside, verify=False, timeout=60)
    except (requests.RequestException, NoSuchProjectError, UnsupportedContentTypeError) as error:
        raise UnreachableError(
            f"{package} {version} cannot be fetched from the package index "
            f"({type(error).__name__})",
            hint="check the network and run the same command again",
        ) from None
    if _sha256(aside) != spec.sha256:
        aside.unlink()
        raise DamagedError(
            f"the archive of {package} {version} is not the one that the catalogue names: "
            "it was not used",
            hint="run the command again; if it stays so, the package index serves another file",
        )
    aside.replace(kept)
    return kept


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        digest = hashlib.sha256()
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
