"""Linear regression of a trait on each variant with covariates, by plain least squares.

With C the covariates (intercept included) and Q an orthonormal basis of C's columns, x and y are
replaced by their residuals x - QQ'x and y - QQ'y (Frisch-Waugh-Lovell), so that
beta = x'y / x'x, se^2 = (y'y - beta x'y) / (n - c - 1) / x'x, t = beta / se and p is two-sided
from Student's t with n - c - 1 degrees of freedom. A missing dosage is the mean of the called
ones, as in Hail's linear_regression_rows; PLINK leaves such samples out instead.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr  # Student's t; scipy.stats takes seconds to import

from datasets.content import MISSING

_COLLINEAR = (
    1e-10  # share of a variant's variance that covariates leave: below it, its effect is undefined
)


class Effects(NamedTuple):
    beta: NDArray[np.float64]  # (variants,), per copy of ALT; nan where undefined
    se: NDArray[np.float64]
    t: NDArray[np.float64]
    p: NDArray[np.float64]


class Regression:
    """The regression of one trait with its covariates on blocks of variants."""

    def __init__(self, trait: NDArray[np.float64], covariates: NDArray[np.float64]) -> None:
        """`trait` (samples,), `covariates` (samples, c - 1) without the intercept."""
        design = np.column_stack([np.ones(len(trait)), covariates])
        # scaled, because years beside unit vectors cost digits
        self._basis = np.linalg.qr(design / np.linalg.norm(design, axis=0))[0]
        self._trait = trait - self._basis @ (self._basis.T @ trait)
        self._freedom = len(trait) - design.shape[1] - 1

    def effects(self, dosage: NDArray[np.int8]) -> Effects:
        """The effects of a block of dosages, (variants, samples)."""
        missing = dosage == MISSING
        x = np.where(missing, 0, dosage).astype(np.float64)
        called = (~missing).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = x.sum(axis=1) / called
            x = np.where(missing, 0, x - mean[:, None])
            total = np.einsum("ij,ij->i", x, x)
            x -= (x @ self._basis) @ self._basis.T
            xx = np.einsum("ij,ij->i", x, x)
            xx[~(xx > _COLLINEAR * total)] = np.nan
            xy = x @ self._trait
            beta = xy / xx
            rest = self._trait @ self._trait - beta * xy
            se = np.sqrt(np.maximum(rest, 0) / self._freedom / xx)
            t = beta / se
        return Effects(beta, se, t, 2 * stdtr(self._freedom, -np.abs(t)))
