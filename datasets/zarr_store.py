"""A Zarr store in Sgkit's conventions, written from a Store and read back as one.

Zarr format 2 with fixed-length text, so that Sgkit 0.3.0 (zarr 2.8, xarray 0.19) and 0.10.0 read
it alike. Every chunk is written, and there is no fill value. Newer writers leave out all-zero
chunks with `fill_value: null`: zarr 2 returns uninitialised memory for them, without an error.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import zarr
from numpy.typing import NDArray

from datasets.content import MISSING, Sites, Store, ranges
from tools.common.errors import DamagedError

_CALL = np.array([[0, 0], [0, 1], [1, 1], [-1, -1]], dtype=np.int8)  # of dosage 0, 1, 2, -1
_COMPRESSOR = numcodecs.Blosc(cname="zstd", clevel=5, shuffle=numcodecs.Blosc.BITSHUFFLE)


def write(
    path: Path,
    store: Store,
    chunks: tuple[int, int],
    advance: Callable[[int], None] | None = None,
) -> None:
    """Write `store` to `path` with chunks of (variants, samples); all chunks exist after."""
    sites, n_samples = store.sites, len(store.samples)
    rows, columns = min(chunks[0], len(sites)), min(chunks[1], n_samples)
    group = zarr.open_group(str(path), mode="w")
    group.attrs["contigs"] = list(sites.contigs)
    size = {"variants": rows, "samples": columns}
    create = functools.partial(create_array, group, size)
    v = len(sites)
    contig_id, sample_id = np.array(sites.contigs, dtype="U"), np.array(store.samples, dtype="U")
    create("contig_id", contig_id.shape, ["contigs"], contig_id.dtype)[:] = contig_id
    create("sample_id", sample_id.shape, ["samples"], sample_id.dtype)[:] = sample_id
    create("variant_contig", [v], ["variants"], "<i8")[:] = sites.contig
    create("variant_position", [v], ["variants"], "<i4")[:] = sites.position
    alleles = np.stack([sites.ref, sites.alt], axis=1)
    create("variant_allele", [v, 2], ["variants", "alleles"], "|S1")[:] = alleles
    width = max(map(len, sites.contigs)) + len(str(sites.position.max())) + 5
    names = create("variant_id", [v], ["variants"], f"|S{width}")
    calls = ["variants", "samples", "ploidy"]
    genotype = create("call_genotype", [v, n_samples, 2], calls, "|i1")
    mask = create("call_genotype_mask", [v, n_samples, 2], calls, "|b1")
    for start, stop in ranges(v, rows):
        names[start:stop] = np.array(sites.names(start, stop), dtype=names.dtype)
        dosage = store.dosages(start, stop)
        for left, right in ranges(n_samples, columns):
            call = _CALL[dosage[:, left:right]]
            genotype[start:stop, left:right] = call
            mask[start:stop, left:right] = call < 0
        if advance:
            advance(stop - start)
    zarr.consolidate_metadata(str(path))
    require_all_chunks(path)


def create_array(
    group: zarr.Group,
    size: Mapping[str, int],
    name: str,
    shape: Sequence[int],
    dims: Sequence[str],
    dtype: Any,
) -> zarr.Array:
    """A new array that old and new readers understand; `size` of a chunk by dimension."""
    array = group.create_dataset(
        name,
        shape=tuple(shape),
        chunks=tuple(size.get(dim, length) for dim, length in zip(dims, shape, strict=True)),
        dtype=dtype,
        compressor=_COMPRESSOR,
        fill_value=None,
        write_empty_chunks=True,
    )
    array.attrs["_ARRAY_DIMENSIONS"] = list(dims)
    return array


def require_all_chunks(path: Path) -> None:
    """DamagedError when a chunk of any array is missing."""
    for name, array in zarr.open_group(str(path), mode="r").arrays():
        if array.nchunks_initialized != array.nchunks:
            raise DamagedError(
                f"{path.name}/{name}: {array.nchunks - array.nchunks_initialized} of "
                f"{array.nchunks} chunks are missing"
            )


class ZarrReader:
    """A Store over what `write` wrote; DamagedError where it cannot be read."""

    def __init__(self, path: Path) -> None:
        require_all_chunks(path)
        group = zarr.open_consolidated(str(path), mode="r")
        self.samples: list[str] = group["sample_id"][:].tolist()
        alleles = group["variant_allele"][:]
        self.sites = Sites(
            tuple(group["contig_id"][:].tolist()),
            group["variant_contig"][:].astype(np.int16),
            group["variant_position"][:],
            np.ascontiguousarray(alleles[:, 0]),
            np.ascontiguousarray(alleles[:, 1]),
        )
        self._genotype = group["call_genotype"]
        self._mask = group["call_genotype_mask"]
        self._held: tuple[int, NDArray[np.int8]] = (-1, np.empty((0, 0), dtype=np.int8))

    @property
    def chunks(self) -> tuple[int, int]:
        """(variants, samples) of a chunk of genotypes."""
        return self._genotype.chunks[:2]

    def dosages(self, start: int, stop: int) -> NDArray[np.int8]:
        rows = self._genotype.chunks[0]
        parts = []
        for index in range(start // rows, (stop - 1) // rows + 1):
            first = index * rows
            held = self._row_of_chunks(index)
            parts.append(held[max(start - first, 0) : stop - first])
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _row_of_chunks(self, index: int) -> NDArray[np.int8]:
        # callers read ascending ranges, so each chunk is read once
        if self._held[0] != index:
            rows, columns = self._genotype.chunks[:2]
            first = index * rows
            last = min(first + rows, len(self.sites))
            dosage = np.empty((last - first, len(self.samples)), dtype=np.int8)
            for left, right in ranges(len(self.samples), columns):
                call = self._genotype[first:last, left:right]
                absent = self._mask[first:last, left:right]
                if not np.array_equal(absent, call < 0):
                    raise DamagedError("call_genotype_mask does not agree with call_genotype")
                summed = call.sum(axis=2, dtype=np.int8)
                dosage[:, left:right] = np.where(absent.any(axis=2), MISSING, summed)
            self._held = (index, dosage)
        return self._held[1]
