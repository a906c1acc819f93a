"""Genotypes of a BED file, read with numpy alone, for the checks."""

from pathlib import Path


class Bed:
    """BED, BIM and FAM files; dosages are of A1 (the alternate allele), -1 where missing."""

    def __init__(self, prefix):
        variants = [line.split() for line in Path(prefix + ".bim").read_text().splitlines()]
        self.ids = [fields[1] for fields in variants]
        self.contigs = [fields[0] for fields in variants]
        self.positions = [int(fields[3]) for fields in variants]
        self.names = ["{0}:{3}:{5}:{4}".format(*fields) for fields in variants]
        self.samples = [line.split()[1] for line in Path(prefix + ".fam").read_text().splitlines()]
        self._file = prefix + ".bed"

    def dosages(self, start, stop):
        """Dosages of the variants from `start` to before `stop`: int8, variants x samples."""
        import numpy as np

        width = (len(self.samples) + 3) // 4
        packed = np.fromfile(
            self._file, dtype=np.uint8, count=(stop - start) * width, offset=3 + start * width
        ).reshape(stop - start, width)
        codes = (packed[:, :, None] >> np.array([0, 2, 4, 6], dtype=np.uint8)) & 3
        # the format's codes: 0 two A1, 1 missing, 2 one A1, 3 none
        calls = np.array([2, -1, 1, 0], dtype=np.int8)[codes]
        return calls.reshape(stop - start, -1)[:, : len(self.samples)]
