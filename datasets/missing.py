"""The same content with some calls missing, always the same ones."""

from __future__ import annotations

import numpy as np

from datasets.content import MISSING, Block, polymorphic


class MissingCalls:
    """Sets calls of passing blocks to missing, at random with a fixed seed.

    The draws depend on the place of a call only, not on how the variants are cut into blocks.
    A variant that would have only one allele left stays whole, so that the sites are the same.
    """

    def __init__(self, rate: float, seed: int) -> None:
        self._rate = rate
        self._random = np.random.default_rng([seed, 0x6D697373])

    def apply(self, block: Block) -> Block:
        """The block with about `rate` of its calls missing."""
        dosage = block.dosage.copy()
        dosage[self._random.random(dosage.shape) < self._rate] = MISSING
        spoiled = ~polymorphic(dosage)
        dosage[spoiled] = block.dosage[spoiled]
        return block._replace(dosage=dosage)
