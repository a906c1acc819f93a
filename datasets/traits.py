"""Simulated traits and covariates of a data set.

`y_study`  the study's algorithm 1: y = sum over all variants of a_j x_j + e, with a_j and e
           uniform on [0, 1). It mostly reflects ancestry, so it is for timing and comparison only.
`y_h2`     sqrt(h2) g + sqrt(1 - h2) e + 0.02 (age - 55) + 0.3 (sex - 1) + 0.5 population, with
           h2 = 0.3; g is the standardised sum of b_j (x_j - mean x_j) / sd x_j over 20 common
           variants on odd contigs, b_j and e standard normal. Even contigs have no effect.
`y_null`   standard normal: no effect of anything.
`age`      whole years, uniform from 40 to 70; `sex` 1 or 2, as PLINK codes them.

Traits come from the complete genotypes, so the `-missing` version of a set has the same traits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from datasets.content import MISSING, Block, Sample

TRAITS = ("y_study", "y_h2", "y_null")
HERITABILITY = 0.3
N_CAUSAL = 20
CAUSAL_MAF = 0.05
# effects have few binary digits, so their sums are exact and do not depend on the order
_GRAIN = 2.0**-20


class TraitMaker:
    """Reads the blocks of a data set one by one, then makes its traits."""

    def __init__(self, samples: Sequence[Sample], seed: int) -> None:
        n = len(samples)
        self._effects = np.random.default_rng([seed, 1])
        self._choice = np.random.default_rng([seed, 2])
        self._rest = np.random.default_rng([seed, 3])
        self._populations = [sample.population for sample in samples]
        self._sum = np.zeros(n)
        self._priority = np.empty(0)
        self._causal = np.empty((0, n), dtype=np.int8)
        self._names: list[str] = []
        self.age = self._rest.integers(40, 71, n)
        self.sex = self._rest.integers(1, 3, n)

    def add(self, block: Block) -> None:
        """Add the effects of a block's variants."""
        dosage = np.where(block.dosage == MISSING, 0, block.dosage)
        effects = np.floor(self._effects.random(len(dosage)) / _GRAIN) * _GRAIN
        self._sum += effects @ dosage
        # the variants with the 20 lowest of one random number each: 20 at random
        priority = self._choice.random(len(dosage))
        if _is_odd(block.contig):
            copies = dosage.sum(axis=1, dtype=np.int64)
            rarer = np.minimum(copies, 2 * dosage.shape[1] - copies)
            self._choose(block, np.where(rarer > CAUSAL_MAF * 2 * dosage.shape[1], priority, 2))

    def _choose(self, block: Block, priority: NDArray[np.float64]) -> None:
        limit = self._priority[-1] if len(self._priority) == N_CAUSAL else 1.0
        lower = np.flatnonzero(priority < limit)
        names = [
            f"{block.contig}:{block.position[i]}:{block.ref[i].decode()}:{block.alt[i].decode()}"
            for i in lower
        ]
        everything = np.concatenate([self._priority, priority[lower]])
        order = np.argsort(everything, kind="stable")[:N_CAUSAL]
        self._priority = everything[order]
        self._causal = np.concatenate([self._causal, block.dosage[lower]])[order]
        self._names = [(self._names + names)[i] for i in order]

    def traits(self) -> dict[str, NDArray[np.float64]]:
        """Each of TRAITS by name, (samples,)."""
        n = len(self._populations)
        order = np.argsort(
            self._names
        )  # so that the sum does not depend on the order of the blocks
        effects = self._rest.normal(size=len(order))
        genetic = np.zeros(n)
        for effect, row in zip(effects, self._causal[order], strict=True):
            called = row != MISSING
            scaled = (row - row[called].mean()) / row[called].std()
            genetic += np.where(called, effect * scaled, 0)
        if len(order):
            genetic = (genetic - genetic.mean()) / genetic.std()
        noise = self._rest.normal(size=n)
        labels = {name: i for i, name in enumerate(dict.fromkeys(self._populations))}
        population = np.array([labels[name] for name in self._populations])
        return {
            "y_study": self._sum + self._rest.random(n),
            "y_h2": (
                np.sqrt(HERITABILITY) * genetic
                + np.sqrt(1 - HERITABILITY) * noise
                + 0.02 * (self.age - 55)
                + 0.3 * (self.sex - 1)
                + 0.5 * population
            ),
            "y_null": self._rest.normal(size=n),
        }

    def causal(self) -> list[str]:
        """CHR:POS:REF:ALT of the variants with an effect on y_h2, sorted."""
        return sorted(self._names)


def table(samples: Sequence[str], columns: dict[str, NDArray]) -> str:
    """Tab-separated text with the header `FID IID ...`; numbers read back as the same doubles."""
    lines = ["\t".join(["FID", "IID", *columns])]
    values = (column.tolist() for column in columns.values())
    for name, *row in zip(samples, *values, strict=True):
        lines.append("\t".join([name, name, *map(repr, row)]))
    return "\n".join(lines) + "\n"


def _is_odd(contig: str) -> bool:
    digits = re.search(r"\d+$", contig)
    return digits is not None and int(digits[0]) % 2 == 1
