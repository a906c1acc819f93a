"""A data set's content in any format: samples, sites and ALT dosages, in blocks.

Canonical content: biallelic ACGT single-nucleotide variants, sorted by contig and position,
unique CHR:POS:REF:ALT, at least one copy of either allele, no "_" in sample names.
Genotypes are unphased: a heterozygote is written 0/1 in every format.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

MISSING = -1
_CELLS = 8_000_000  # most calls of a block: bounds memory


class Sample(NamedTuple):
    name: str
    population: str


class Block(NamedTuple):
    """Some consecutive variants of one contig."""

    contig: str
    position: NDArray[np.int32]  # (variants,), from 1
    ref: NDArray[np.bytes_]  # (variants,), dtype S1
    alt: NDArray[np.bytes_]  # (variants,), dtype S1
    dosage: NDArray[np.int8]  # (variants, samples): copies of ALT, -1 where missing


@dataclass(frozen=True)
class Sites:
    """The variants of a data set without their genotypes: 8 bytes a variant."""

    contigs: tuple[str, ...]
    contig: NDArray[np.int16]  # (variants,), index into contigs
    position: NDArray[np.int32]  # (variants,)
    ref: NDArray[np.bytes_]  # (variants,), dtype S1
    alt: NDArray[np.bytes_]  # (variants,), dtype S1

    def __len__(self) -> int:
        return len(self.position)

    def names(self, start: int, stop: int) -> list[str]:
        """CHR:POS:REF:ALT of a range of variants."""
        columns = (self.contig, self.position, self.ref, self.alt)
        rows = zip(*(column[start:stop].tolist() for column in columns), strict=True)
        return [f"{self.contigs[c]}:{p}:{r.decode()}:{a.decode()}" for c, p, r, a in rows]

    def by_contig(self) -> list[tuple[str, int, int]]:
        """(name, start, stop) of each contig's variants, in order."""
        edges = np.flatnonzero(np.diff(self.contig)) + 1
        bounds = [0, *edges.tolist(), len(self)]
        return [
            (self.contigs[int(self.contig[start])], start, stop)
            for start, stop in itertools.pairwise(bounds)
            if stop > start
        ]

    def same(self, other: Sites) -> bool:
        """Whether both list the same variants in the same order."""
        return self.by_contig() == other.by_contig() and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("position", "ref", "alt")
        )


class SitesBuilder:
    """Collects the sites of blocks; refuses content that is not canonical."""

    def __init__(self) -> None:
        self._contigs: list[str] = []
        self._parts: list[tuple[NDArray, ...]] = []
        self._last = (-1, -1)

    def add(self, block: Block) -> None:
        """Add a block; ValueError when it is unsorted or an allele is not one of ACGT."""
        if block.contig not in self._contigs:
            self._contigs.append(block.contig)
        index = self._contigs.index(block.contig)
        if (index, int(block.position[0])) < self._last or (np.diff(block.position) < 0).any():
            raise ValueError(f"contig {block.contig}: variants are not sorted by position")
        for alleles in (block.ref, block.alt):
            if not np.isin(alleles, [b"A", b"C", b"G", b"T"]).all():
                raise ValueError(f"contig {block.contig}: an allele is not one of ACGT")
        self._last = (index, int(block.position[-1]))
        contig = np.full(len(block.position), index, dtype=np.int16)
        self._parts.append((contig, block.position, block.ref, block.alt))

    def build(self) -> Sites:
        """The sites of all blocks; ValueError for a duplicate variant, or without any."""
        if not self._parts:
            raise ValueError("no variants")
        columns = [np.concatenate(column) for column in zip(*self._parts, strict=True)]
        self._parts = [tuple(columns)]
        if len(np.unique(np.rec.fromarrays(columns))) != len(columns[0]):
            raise ValueError("duplicate variant")
        return Sites(tuple(self._contigs), *columns)


def subset(block: Block, kept: NDArray[np.bool_]) -> Block:
    """The variants of a block where `kept`."""
    columns = (block.position[kept], block.ref[kept], block.alt[kept], block.dosage[kept])
    return Block(block.contig, *columns)


class Source(Protocol):
    """Makes or reads the content of a new data set."""

    def samples(self) -> list[Sample]:
        """The samples, in the order of the dosages' columns."""

    def blocks(self) -> Iterator[Block]:
        """The content in canonical order, each block of bounded size."""

    def provenance(self) -> dict[str, object]:
        """How it was made, for dataset.json."""


class Store(Protocol):
    """Content read back from a format."""

    @property
    def samples(self) -> Sequence[str]:
        """The names of the samples, in the order of the dosages' columns."""

    @property
    def sites(self) -> Sites:
        """The variants, in the order of the dosages' rows."""

    def dosages(self, start: int, stop: int) -> NDArray[np.int8]:
        """ALT dosages of a range of variants, (variants, samples), -1 where missing."""


def block_rows(n_samples: int, most: int = 10_000) -> int:
    """How many variants to hold at a time."""
    return max(1, min(most, _CELLS // n_samples))


def ranges(n: int, step: int) -> Iterator[tuple[int, int]]:
    """(start, stop) pairs that cut 0..n into steps."""
    for start in range(0, n, step):
        yield start, min(start + step, n)


def polymorphic(dosage: NDArray[np.int8]) -> NDArray[np.bool_]:
    """(variants,): whether both alleles were called at least once."""
    called = (dosage != MISSING).sum(axis=1)
    copies = np.where(dosage == MISSING, 0, dosage).sum(axis=1, dtype=np.int64)
    return (copies > 0) & (copies < 2 * called)


def check_sample_names(samples: Iterable[Sample]) -> None:
    """ValueError for a duplicate name, or one that PLINK 1.9 or Hail would split."""
    names = [sample.name for sample in samples]
    if len(set(names)) != len(names):
        raise ValueError("duplicate sample name")
    bad = [name for name in names if not name or "_" in name or len(name.split()) != 1]
    if bad:
        raise ValueError(
            f'sample names may contain no "_" (PLINK splits there) and no blank: {bad[0]!r}'
        )
