"""Set some calls of a data set to missing, always the same ones."""

from __future__ import annotations

import numpy as np

from datasets.content import MISSING, Block, polymorphic


class MissingCalls:
    """Sets calls of blocks to missing, at random with a fixed seed.

    Which calls are missing does not depend on the size of the blocks. A variant that would lose an
    allele stays complete, so that the sites are the same.
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
