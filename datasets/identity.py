"""The identity of a data set's content: one sha256, the same whatever the format.

Over, for each contig in order: its name (UTF-8, ended by a zero byte), its number of variants
(int64 LE), positions (int32 LE), alleles (REF and ALT byte of each variant), ALT dosages (int8,
C order, variant x sample, -1 missing); then the sample names, each ended by a newline. Files are
never hashed: compression, chunks and library versions would be in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from datasets.content import Store, block_rows, ranges


class Identity(NamedTuple):
    sha256: str  # of the content: what dataset.json calls sha256
    dosages: str  # sha256 of all dosages alone, computed while they are made


def identity(store: Store, advance: Callable[[int], None] | None = None) -> Identity:
    """Read all of a store; its identity. `advance` is called with numbers of variants."""
    whole, alone = hashlib.sha256(), hashlib.sha256()
    sites, step = store.sites, block_rows(len(store.samples))
    for name, first, last in sites.by_contig():
        whole.update(name.encode() + b"\0")
        whole.update(np.array(last - first, dtype="<i8").tobytes())
        whole.update(sites.position[first:last].astype("<i4").tobytes())
        whole.update(np.stack([sites.ref[first:last], sites.alt[first:last]], axis=1).tobytes())
        for start, stop in ranges(last - first, step):
            dosage = np.ascontiguousarray(store.dosages(first + start, first + stop))
            whole.update(dosage.data)
            alone.update(dosage.data)
            if advance:
                advance(stop - start)
    whole.update("".join(f"{name}\n" for name in store.samples).encode())
    return Identity(whole.hexdigest(), alone.hexdigest())
