"""PLINK's BED, BIM and FAM files, written from dosages and read back; A1 is ALT throughout.

The format: https://www.cog-genomics.org/plink/1.9/formats#bed. Two bits a call, four samples a
byte, the first in the lowest bits, each variant starting a byte: 00 two copies of A1, 01
missing, 10 one copy, 11 none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets.content import MISSING, Block, Sites
from tools.common.errors import DamagedError

_MAGIC = b"\x6c\x1b\x01"  # the last byte: variant-major
_CODE = np.array([0b11, 0b10, 0b00, 0b01], dtype=np.uint8)  # of dosage 0, 1, 2 and -1
_DOSAGE = np.array([2, MISSING, 1, 0], dtype=np.int8)  # of code 0 to 3
# the four dosages of each byte, as one 32-bit word: decoding is one look-up a byte
_WORD = np.ascontiguousarray(
    _DOSAGE[(np.arange(256)[:, None] >> np.array([0, 2, 4, 6])) & 3]
).view(np.int32)[:, 0]


def pack(dosage: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Dosages (variants, samples) as the rows of a BED file, (variants, ceil(samples / 4))."""
    codes = _CODE[dosage]
    spare = -dosage.shape[1] % 4
    if spare:
        codes = np.pad(codes, [(0, 0), (0, spare)])  # the format requires zero bits there
    packed = codes[:, 0::4].copy()
    for shift in (1, 2, 3):
        packed |= codes[:, shift::4] << np.uint8(2 * shift)
    return packed


@contextmanager
def writing(prefix: Path, samples: Sequence[str]) -> Iterator[Callable[[Block], None]]:
    """A context manager: its value appends a block to `prefix`.bed and .bim; writes .fam first."""
    # FID = IID: PLINK 1.9 needs both, Hail takes the IID as the sample's name
    lines = (f"{name}\t{name}\t0\t0\t0\t-9\n" for name in samples)
    Path(f"{prefix}.fam").write_text("".join(lines), encoding="ascii")
    with (
        Path(f"{prefix}.bed").open("wb") as bed,
        Path(f"{prefix}.bim").open("w", encoding="ascii") as bim,
    ):
        bed.write(_MAGIC)

        def add(block: Block) -> None:
            bed.write(pack(block.dosage).tobytes())
            columns = (block.position, block.ref, block.alt)
            for position, *alleles in zip(*(column.tolist() for column in columns), strict=True):
                ref, alt = (allele.decode() for allele in alleles)
                name = f"{block.contig}:{position}:{ref}:{alt}"
                bim.write(f"{block.contig}\t{name}\t0\t{position}\t{alt}\t{ref}\n")

        yield add


class BedReader:
    """A Store over a BED, BIM and FAM triple; DamagedError when they do not fit together."""

    def __init__(self, prefix: Path) -> None:
        self._path = Path(f"{prefix}.bed")
        self.samples = _read_fam(Path(f"{prefix}.fam"))
        self.sites = _read_bim(Path(f"{prefix}.bim"))
        self._width = (len(self.samples) + 3) // 4
        expected = len(_MAGIC) + len(self.sites) * self._width
        with self._path.open("rb") as stream:
            magic = stream.read(len(_MAGIC))
        if magic != _MAGIC or self._path.stat().st_size != expected:
            raise DamagedError(
                f"{self._path.name} is not a variant-major BED file of {len(self.sites)} variants "
                f"x {len(self.samples)} samples"
            )

    def packed(self, start: int, stop: int) -> NDArray[np.uint8]:
        """The bytes of a range of variants, (variants, ceil(samples / 4))."""
        count = (stop - start) * self._width
        offset = len(_MAGIC) + start * self._width
        flat = np.fromfile(self._path, dtype=np.uint8, count=count, offset=offset)
        return flat.reshape(stop - start, self._width)

    def dosages(self, start: int, stop: int) -> NDArray[np.int8]:
        return unpack(self.packed(start, stop))[:, : len(self.samples)]


def unpack(packed: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Dosages of packed rows, (variants, 4 * bytes): the last ones may be padding."""
    return _WORD[packed].view(np.int8)


def _read_fam(path: Path) -> list[str]:
    lines = path.read_text(encoding="ascii").splitlines()
    try:
        return [line.split()[1] for line in lines]
    except IndexError:
        raise DamagedError(f"{path.name}: a line has no sample name") from None


def _read_bim(path: Path) -> Sites:
    contigs: dict[str, int] = {}
    contig, position = [], []
    ref, alt = bytearray(), bytearray()
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            fields = line.split()
            if len(fields) != 6 or len(fields[4]) != 1 or len(fields[5]) != 1:
                raise DamagedError(f"{path.name}: line {number} is not a biallelic variant")
            contig.append(contigs.setdefault(fields[0].decode(), len(contigs)))
            position.append(int(fields[3]))
            alt += fields[4]
            ref += fields[5]
    return Sites(
        tuple(contigs),
        np.array(contig, dtype=np.int16),
        np.array(position, dtype=np.int32),
        np.frombuffer(bytes(ref), dtype="S1"),
        np.frombuffer(bytes(alt), dtype="S1"),
    )
