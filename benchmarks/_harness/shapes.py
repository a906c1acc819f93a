"""The shapes that a data set is tried in, named by what they are like in the study.

Chunks are variants x samples. `tiles` is the study's 10000x1000 (Sgkit's default: the samples of
a variant are in several chunks), `rows` its 4000x2504 (a variant is in one chunk, which is as
large as a tile), `large-rows` its 10000x2504. Data sets that are smaller have smaller chunks of
the same character.

Partitions: those of the two data sets of the study's size are its own 960, 8128 and 20318, which
are 3, 25 and 63 for each of its cluster's 320 cores. Smaller data sets have fewer, for machines of
a few cores: `few` is what they are made in, 2 to 8; `many` is about ten times, `most` up to a
hundred times as many.
"""

from .registry import SHAPES

CHUNKS = ["tiles", "rows", "large-rows"]
PARTITIONS = ["few", "many", "most"]


def of(name, format, character):
    """The shape of this character of a data set: `400x2504` in Zarr, `90` in a MatrixTable.

    NotImplementedError where the registry gives none.
    """
    if name not in SHAPES:
        raise NotImplementedError("no shape of {} is called {}".format(name, character))
    shapes = SHAPES[name]
    if format == "zarr":
        return shapes.chunks[CHUNKS.index(character)]
    return shapes.partitions[PARTITIONS.index(character)]
