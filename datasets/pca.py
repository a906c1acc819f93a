"""Principal components of the samples in float64; memory does not grow with the variants.

X holds a row for each common variant, x = (dosage - 2 p) / sqrt(2 p (1 - p)) with p the ALT
frequency among the called samples and 0 for missing calls (Patterson, Price and Reich 2006, PLoS
Genetics 2(12): e190). The scores are the first ten right singular vectors of X times their
singular values, computed from the smaller of X'X and XX'.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from datasets.bed import BedReader, unpack
from datasets.content import MISSING, block_rows, ranges
from tools.common.errors import BuildError

N_COMPONENTS = 10


class Components(NamedTuple):
    vectors: NDArray[np.float64]  # (samples, 10), each of length 1, its largest entry positive
    singular_values: NDArray[np.float64]  # (10,), descending


def components(
    bed: BedReader,
    frequency: NDArray[np.float64],
    common: NDArray[np.bool_],
    advance: Callable[[int], None],
) -> Components:
    """The first ten components of the variants in the mask `common`; `advance` gets variants."""
    chosen = np.flatnonzero(common)
    n = len(bed.samples)
    if min(len(chosen), n) < N_COMPONENTS:
        raise BuildError(f"{len(chosen)} common variants x {n} samples are too few for a PCA")
    mean, scale = 2 * frequency, np.sqrt(2 * frequency * (1 - frequency))
    if n <= len(chosen):
        gram = np.zeros((n, n))
        for start, stop in ranges(len(common), block_rows(n, 2000)):
            rows = np.flatnonzero(common[start:stop])
            scaled = _scaled(bed.dosages(start, stop)[rows], mean, scale, start + rows)
            gram += scaled.T @ scaled
            advance(stop - start)
        values, vectors = _largest(gram)
        return Components(_signed(vectors), np.sqrt(values))

    # few variants: their rows as packed bytes (four samples a byte), in blocks of samples
    packed = np.concatenate(
        [
            bed.packed(start, stop)[common[start:stop]]
            for start, stop in ranges(len(common), block_rows(n))
        ]
    )
    gram = np.zeros((len(chosen), len(chosen)))
    width = max(1, 2_000_000 // len(chosen))
    cuts = list(ranges(packed.shape[1], width))

    def columns(first: int, last: int) -> NDArray[np.float64]:
        dosage = unpack(packed[:, first:last])[:, : n - 4 * first]
        return _scaled(dosage, mean, scale, chosen)

    for first, last in cuts:
        scaled = columns(first, last)
        gram += scaled @ scaled.T
        advance(len(common) * (last - first) // packed.shape[1])
    values, by_variant = _largest(gram)
    vectors = np.concatenate([columns(*cut).T @ by_variant for cut in cuts]) / np.sqrt(values)
    return Components(_signed(vectors), np.sqrt(values))


def _scaled(
    dosage: NDArray[np.int8],
    mean: NDArray[np.float64],
    scale: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> NDArray[np.float64]:
    scaled = (dosage - mean[rows, None]) / scale[rows, None]
    scaled[dosage == MISSING] = 0
    return scaled


def _largest(gram: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The ten largest eigenvalues, descending, and their vectors as columns."""
    n = len(gram)
    values, vectors = scipy.linalg.eigh(
        gram, subset_by_index=[n - N_COMPONENTS, n - 1], overwrite_a=True, check_finite=False
    )
    return values[::-1], vectors[:, ::-1]


def _signed(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    peaks = vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])]
    return vectors * np.sign(peaks)
