"""Small known content for tests, and a Reporter that shows nothing."""

from contextlib import contextmanager

import numpy as np

from datasets.bed import BedReader, writing
from datasets.content import Block


def block(dosage, contig="1", first=100):
    """A block with the given dosages, a variant every ten base pairs, C to T."""
    dosage = np.array(dosage, dtype=np.int8)
    position = np.arange(first, first + 10 * len(dosage), 10, dtype=np.int32)
    ref = np.full(len(dosage), b"C", dtype="S1")
    return Block(contig, position, ref, np.full(len(dosage), b"T", dtype="S1"), dosage)


def random_dosage(n_variants, n_samples, seed=1, missing=0.0):
    """Dosages in Hardy-Weinberg proportions, both alleles in each variant."""
    random = np.random.default_rng(seed)
    frequency = random.uniform(0.1, 0.9, (n_variants, 1))
    dosage = random.binomial(2, frequency, (n_variants, n_samples)).astype(np.int8)
    dosage[:, 0], dosage[:, 1] = 1, 1
    dosage[random.random(dosage.shape) < missing] = -1
    return dosage


def bed(folder, *blocks):
    """The blocks as BED files in a folder, opened."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"S{i}" for i in range(blocks[0].dosage.shape[1])]
    with writing(folder / "calls", names) as add:
        for one in blocks:
            add(one)
    return BedReader(folder / "calls")


class Silent:
    """A Reporter that keeps notes and shows nothing."""

    def __init__(self):
        self.notes = []

    @contextmanager
    def stage(self, title, total):
        yield lambda amount: None

    def note(self, text):
        self.notes.append(text)
