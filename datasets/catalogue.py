"""The data sets that there are, from catalogue.toml, checked as they are read.

Keys of every set: `summary`, `source` (`simulation`, `package` or `vcf`), `samples` (how many,
by population), `variants` (how many; for real data, about how many), `seed` (of everything that
is drawn for this set), `chunks` (variants x samples of a Zarr chunk), `partitions` (of the
MatrixTable). A simulation may have `contigs` (names; 1 to 22 by default) and `segment_length`
(base pairs simulated at a time); a package has `package`, `version`, `sha256` and `licence`; a
vcf has `base_url` (which GWAS_1KG_URL overrides) and `file` with `name`, `size` and `md5`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.common.errors import ConfigError, UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = Path(__file__).with_name("catalogue.toml")
MISSING_SUFFIX = "-missing"
MISSING_RATE = 0.005

_AUTOSOMES = tuple(str(number) for number in range(1, 23))
_EVERY = {"summary", "source", "samples", "variants", "seed", "chunks", "partitions"}
_NEEDED: dict[str, set[str]] = {
    "simulation": set(),
    "package": {"package", "version", "sha256", "licence"},
    "vcf": {"base_url", "file"},
}
_OPTIONAL = {"simulation": {"contigs", "segment_length"}}


@dataclass(frozen=True)
class Spec:
    """One data set of the catalogue; `details` holds the keys of its kind of source."""

    name: str
    summary: str
    source: str
    samples: tuple[int, ...]
    variants: int
    seed: int
    chunks: tuple[int, int]
    partitions: int
    details: dict[str, Any]
    missing_rate: float = 0.0

    @property
    def n_samples(self) -> int:
        return sum(self.samples)

    @property
    def fingerprint(self) -> str:
        """Equal for specs of which the same is made, whatever their words and addresses are."""
        told = dataclasses.asdict(self)
        del told["summary"]
        for key in ("base_url", "licence"):
            told["details"].pop(key, None)
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def contigs(self) -> tuple[str, ...]:
        """Names of the contigs that a simulation makes."""
        return tuple(self.details.get("contigs", _AUTOSOMES))


def load(path: Path = FILE) -> dict[str, Spec]:
    """All sets by name, in the order of the file; ConfigError with the place of a mistake."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}: {error}") from None
    return {name: _spec(path, name, table) for name, table in tables.items()}


def find(name: str) -> Spec:
    """The set of this name, or of `NAME-missing`; UsageError with the list for any other."""
    sets = load()
    if name in sets:
        return sets[name]
    clean = name.removesuffix(MISSING_SUFFIX)
    if clean in sets:
        summary = f"{sets[clean].summary}, {MISSING_RATE:.1%} of the calls missing"
        return dataclasses.replace(
            sets[clean], name=name, summary=summary, missing_rate=MISSING_RATE
        )
    raise UsageError(
        f"there is no data set {name!r}",
        hint=f"there are: {', '.join(sets)}, edge-cases; "
        f"all but the last also as NAME{MISSING_SUFFIX}",
    )


def _spec(path: Path, name: str, table: dict[str, Any]) -> Spec:
    def refuse(why: str) -> ConfigError:
        return ConfigError(f"{path.name}: [{name}]: {why}")

    source = table.get("source")
    if source not in _NEEDED:
        raise refuse(f"source must be one of {', '.join(_NEEDED)}, not {source!r}")
    needed = _EVERY | _NEEDED[source]
    if missing := needed - set(table):
        raise refuse(f"lacks {', '.join(sorted(missing))}")
    if unknown := set(table) - needed - _OPTIONAL.get(source, set()):
        raise refuse(f"unknown: {', '.join(sorted(unknown))}")
    numbers = [*table["samples"], *table["chunks"]]
    numbers += [table["variants"], table["seed"], table["partitions"]]
    if not all(isinstance(number, int) and number > 0 for number in numbers):
        raise refuse("samples, variants, seed, chunks and partitions must be whole and above 0")
    if len(table["chunks"]) != 2:
        raise refuse("chunks must be two numbers: variants, samples")
    return Spec(
        name=name,
        summary=table["summary"],
        source=source,
        samples=tuple(table["samples"]),
        variants=table["variants"],
        seed=table["seed"],
        chunks=(table["chunks"][0], table["chunks"][1]),
        partitions=table["partitions"],
        details={key: value for key, value in table.items() if key not in _EVERY},
    )
