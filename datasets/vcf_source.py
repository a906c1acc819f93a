"""A chromosome of the 1000 Genomes project's phase 3, from the official VCF file.

The file comes from `base_url` of the catalogue, or from GWAS_1KG_URL: the address of a mirror, or
a local folder with the files. The continents of the samples come from the panel file beside it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import requests

from datasets import download
from datasets.catalogue import VcfSpec
from datasets.content import Block, Sample
from datasets.progress import Reporter
from datasets.vcf import VcfReader
from tools.common import files, paths
from tools.common.errors import DamagedError, UnreachableError

_ELSEWHERE = "set GWAS_1KG_URL to a mirror's address, or to a folder that has the files"
PANEL = "integrated_call_samples_v3.20130502.ALL.panel"


class Chromosome:
    """A Source over the VCF file and the panel; fetches them when they are missing."""

    def __init__(self, spec: VcfSpec, reporter: Reporter) -> None:
        self._file = spec.file
        self._base = os.environ.get("GWAS_1KG_URL") or spec.base_url
        self._vcf_path = self._get(reporter)
        self._vcf = VcfReader(self._vcf_path)
        self._panel = _read_panel(self._get_panel())

    def samples(self) -> list[Sample]:
        absent = [name for name in self._vcf.samples if name not in self._panel]
        if absent:
            raise DamagedError(f"{PANEL} lacks {len(absent)} samples of the VCF: {absent[0]} ...")
        return [Sample(name, self._panel[name]) for name in self._vcf.samples]

    def provenance(self) -> dict[str, object]:
        return {
            "how": "1000 Genomes phase 3 VCF, canonical variants only",
            "file": self._file.model_dump(),
            "base_url": self._base,
            "left_out": dict(self._vcf.left_out),
            "reference_genome": "GRCh37",
        }

    def blocks(self) -> Iterator[Block]:
        return self._vcf.blocks()

    def _get(self, reporter: Reporter) -> Path:
        name, size, md5 = self._file.name, self._file.size, self._file.md5
        local = Path(self._base, name)
        if local.exists():
            with reporter.stage("checking the VCF", None):
                download.require(local, size, md5)
            return local
        kept = paths.cache("downloads", name)
        with reporter.stage("fetching the VCF", size) as advance:
            url = f"{self._base.rstrip('/')}/{name}"
            download.fetch(url, kept, size, md5, advance, elsewhere=_ELSEWHERE)
        return kept

    def _get_panel(self) -> Path:
        local = Path(self._base, PANEL)
        if local.exists():
            return local
        kept = paths.cache("downloads", PANEL)
        if not kept.exists():
            url = f"{self._base.rstrip('/')}/{PANEL}"
            try:
                response = requests.get(url, timeout=60)
                response.raise_for_status()
            except requests.RequestException as error:
                raise UnreachableError(
                    f"{url} cannot be fetched ({type(error).__name__})",
                    hint=f"check the network and run the same command again; or {_ELSEWHERE}",
                ) from None
            files.write_text(kept, response.text)
        return kept


def _read_panel(path: Path) -> dict[str, str]:
    """Continent (super population) of each sample."""
    lines = path.read_text(encoding="ascii").splitlines()
    header = lines[0].split() if lines else []
    if header[:3] != ["sample", "pop", "super_pop"]:
        raise DamagedError(f"{path.name} is not the panel of samples", hint=f"remove {path}")
    return {fields[0]: fields[2] for fields in (line.split() for line in lines[1:]) if fields}
