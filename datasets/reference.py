"""The right answers for a data set, by numpy and scipy alone: reference.npz.

Its arrays, v variants and n samples in the data set's order:

counts            (v, 3) int32    called samples with 0, 1 and 2 copies of ALT
allele_frequency  (v,)   float64  of ALT, among the called alleles; nan where none is
hwe_p, hwe_p_mid  (v,)   float64  see hardy_weinberg.py
common            (v,)   bool     0.05 < allele_frequency < 0.95: the variants of the PCA
pca_scores        (n, 10) float64 see pca.py; signs are arbitrary (largest entry positive)
pca_singular_values (10,) float64 the lengths of the scores
beta, se, t, p    (v,)   float64  of y_h2 on each variant with an intercept, age, sex and PC1 to
                                  PC10 (the scores divided by their lengths); see regression.py

Genotypes are read three times, in blocks: only these arrays grow with the variants.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets import hardy_weinberg, pca
from datasets.bed import BedReader
from datasets.content import block_rows, ranges
from datasets.regression import Regression

COMMON_MAF = 0.05
PCS = tuple(f"PC{number}" for number in range(1, pca.N_COMPONENTS + 1))

Advance = Callable[[int], None]


def counts(bed: BedReader, advance: Advance) -> NDArray[np.int32]:
    """(variants, 3): called samples with 0, 1 and 2 copies of ALT."""
    counted = np.empty((len(bed.sites), 3), dtype=np.int32)
    for start, stop in ranges(len(bed.sites), block_rows(len(bed.samples))):
        dosage = bed.dosages(start, stop)
        for copies in range(3):
            counted[start:stop, copies] = np.count_nonzero(dosage == copies, axis=1)
        advance(stop - start)
    return counted


def frequency(counted: NDArray[np.int32]) -> NDArray[np.float64]:
    """(variants,): of ALT among the called alleles; nan where none is called."""
    with np.errstate(invalid="ignore"):
        return (counted[:, 1] + 2 * counted[:, 2]) / (2 * counted.sum(axis=1))


def is_common(frequency: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(variants,): whether both alleles have a frequency above COMMON_MAF."""
    return (frequency > COMMON_MAF) & (frequency < 1 - COMMON_MAF)


def write(
    path: Path,
    bed: BedReader,
    trait: NDArray[np.float64],
    covariates: NDArray[np.float64],
    advance: Advance,
) -> NDArray[np.float64]:
    """Write reference.npz; returns PC1 to PC10, (samples, 10), each of length 1.

    `covariates` (samples, 2) are age and sex; `advance` is called with numbers of variants, three
    times for each.
    """
    counted = counts(bed, advance)
    alt = frequency(counted)
    common = is_common(alt)
    exact, mid = hardy_weinberg.exact(counted.astype(np.int64))
    principal = pca.components(bed, alt, common, advance)
    regression = Regression(trait, np.column_stack([covariates, principal.vectors]))
    effects = np.empty((4, len(bed.sites)))
    for start, stop in ranges(len(bed.sites), block_rows(len(bed.samples), 2000)):
        effects[:, start:stop] = regression.effects(bed.dosages(start, stop))
        advance(stop - start)
    beta, se, t, p = effects
    np.savez(
        path,
        counts=counted,
        allele_frequency=alt,
        hwe_p=exact,
        hwe_p_mid=mid,
        common=common,
        pca_scores=principal.vectors * principal.singular_values,
        pca_singular_values=principal.singular_values,
        beta=beta,
        se=se,
        t=t,
        p=p,
    )
    return principal.vectors
