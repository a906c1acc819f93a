"""The shapes of a data set, named after those of the study.

Chunks are variants x samples. `tiles` is the study's 10000x1000 (Sgkit's default: the samples of
a variant are in several chunks), `rows` its 4000x2504 (a variant is in one chunk, which is as
large as a tile), `large-rows` its 10000x2504. Smaller data sets have smaller chunks of the
same character.

Partitions: the two data sets of the study's size have its own 960, 8128 and 20318, which are 3, 25
and 63 for each of the 320 cores of its cluster. Smaller data sets have fewer, for small machines:
`few` is the catalogue's number, 2 to 8; `many` is about ten times as many, `most` up to a hundred
times.
"""

from .registry import SHAPES

CHUNKS = ["tiles", "rows", "large-rows"]
PARTITIONS = ["few", "many", "most"]


def of(name, format, character):
    """A data set's shape of this character: `400x2504` in Zarr, `90` in a MatrixTable.

    NotImplementedError where the registry gives none.
    """
    if name not in SHAPES:
        raise NotImplementedError("no shape of {} is called {}".format(name, character))
    shapes = SHAPES[name]
    if format == "zarr":
        return shapes.chunks[CHUNKS.index(character)]
    return shapes.partitions[PARTITIONS.index(character)]
