"""Canonical content from a VCF file, plain or bgzipped, read once from start to end.

Left out, and counted: variants with more than one ALT, all but single-nucleotide ones (indels,
symbolic alleles), repeated CHR:POS:REF:ALT after the first, and those at which only one allele
was called. A call is missing when any of its alleles is (half calls), or when it is not diploid.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets.content import MISSING, Block, block_rows
from tools.common.errors import DamagedError

_NUCLEOTIDES = {b"A", b"C", b"G", b"T"}
_FIXED = 9  # columns before the first sample


class VcfReader:
    """The samples of a VCF at once, its content by `blocks`; `left_out` counts by reason."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.left_out: Counter[str] = Counter()
        with closing(self._lines()) as lines:
            header = next((line for _, line in lines if line.startswith(b"#CHROM")), None)
        if header is None:
            raise DamagedError(f"{path.name} has no #CHROM line")
        self.samples = header.decode().split("\t")[_FIXED:]

    def blocks(self) -> Iterator[Block]:
        """The canonical variants; DamagedError with the line where the file cannot be read."""
        self.left_out.clear()
        most = block_rows(len(self.samples))
        contig = ""
        rows: list[tuple[int, bytes, bytes]] = []
        dosages: list[NDArray[np.int8]] = []
        seen_contigs: set[str] = set()
        at_position: set[tuple[bytes, bytes]] = set()
        last = 0
        for number, line in self._lines():
            if line.startswith(b"#"):
                continue
            fields = line.split(b"\t", _FIXED)
            if len(fields) != _FIXED + 1 or not fields[1].isdigit():
                raise self._damaged(number, "is not a variant with genotypes")
            name, position = fields[0].decode(), int(fields[1])
            ref, alt = fields[3].upper(), fields[4].upper()
            if name != contig or len(rows) == most:
                if rows:
                    yield _block(contig, rows, dosages)
                rows, dosages = [], []
            if name != contig:
                if name in seen_contigs:
                    raise self._damaged(number, f"goes back to contig {name}: sort the file")
                seen_contigs.add(name)
                contig, last = name, 0
            if position < last:
                raise self._damaged(number, "is not sorted by position")
            if position != last:
                at_position, last = set(), position
            if b"," in alt:
                self.left_out["more than one ALT"] += 1
            elif ref not in _NUCLEOTIDES or alt not in _NUCLEOTIDES or ref == alt:
                self.left_out["no single-nucleotide variant"] += 1
            elif (ref, alt) in at_position:
                self.left_out["repeated"] += 1
            else:
                at_position.add((ref, alt))
                dosage = self._dosages(number, fields[8], fields[9])
                called = int(np.count_nonzero(dosage != MISSING))
                copies = int(dosage.sum(where=dosage > 0, dtype=np.int64))
                if 0 < copies < 2 * called:
                    rows.append((position, ref, alt))
                    dosages.append(dosage)
                else:
                    self.left_out["one allele only"] += 1
        if rows:
            yield _block(contig, rows, dosages)

    def _dosages(self, number: int, format: bytes, calls: bytes) -> NDArray[np.int8]:
        n = len(self.samples)
        if format == b"GT" and len(calls) == 4 * n - 1:
            cells = np.frombuffer(calls + b"\t", dtype=np.uint8).reshape(n, 4)
            first, phase, second, tab = cells.T
            if np.isin(first, _ALLELE).all() and np.isin(second, _ALLELE).all():
                if not (np.isin(phase, _PHASE).all() and (tab == _TAB).all()):
                    raise self._damaged(number, "has genotypes that cannot be read")
                absent = (first == _DOT) | (second == _DOT)
                dosage = (first - _ZERO + second - _ZERO).view(np.int8)
                return np.where(absent, np.int8(MISSING), dosage)
        if format.split(b":")[0] != b"GT":
            raise self._damaged(number, "has no GT")
        cells_of_text = calls.split(b"\t")
        if len(cells_of_text) != n:
            raise self._damaged(number, f"has {len(cells_of_text)} genotypes for {n} samples")
        return np.array([_dosage(cell) for cell in cells_of_text], dtype=np.int8)

    def _lines(self) -> Generator[tuple[int, bytes], None, None]:
        """(number from 1, line without its end)."""
        with self._path.open("rb") as raw:
            compressed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            # a bgzipped file is a row of gzip members, which gzip reads as one
            stream: Iterable[bytes] = gzip.GzipFile(fileobj=raw) if compressed else raw
            try:
                for number, line in enumerate(stream, 1):
                    yield number, line.rstrip(b"\r\n")
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise DamagedError(f"{self._path.name} is cut short or damaged: {error}") from None

    def _damaged(self, number: int, why: str) -> DamagedError:
        return DamagedError(f"{self._path.name}: line {number} {why}")


_ZERO, _DOT, _TAB = (np.uint8(ord(character)) for character in "0.\t")
_ALLELE = np.frombuffer(b"01.", dtype=np.uint8)
_PHASE = np.frombuffer(b"|/", dtype=np.uint8)


def _dosage(cell: bytes) -> int:
    alleles = re.split(rb"[|/]", cell.split(b":", 1)[0])
    if len(alleles) != 2 or b"." in alleles:
        return MISSING
    return sum(allele != b"0" for allele in alleles)


def _block(
    contig: str, rows: list[tuple[int, bytes, bytes]], dosages: list[NDArray[np.int8]]
) -> Block:
    position, ref, alt = zip(*rows, strict=True)
    return Block(
        contig,
        np.array(position, dtype=np.int32),
        np.array(ref, dtype="S1"),
        np.array(alt, dtype="S1"),
        np.stack(dosages),
    )
