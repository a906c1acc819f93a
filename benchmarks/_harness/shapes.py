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

CHUNKS = ["tiles", "rows", "large-rows"]
PARTITIONS = ["few", "many", "most"]

_SHAPES = {
    "zarr": {
        "smoke": ["500x100", "250x200", "500x200"],
        "sim-2504-10k": ["1000x1000", "400x2504", "1000x2504"],
        "sim-10k": ["1000x1000", "100x10000", "1000x10000"],
        "1kg-sites": ["2000x1000", "800x2504", "2000x2504"],
        "sim-2504-100k": ["10000x1000", "4000x2504", "10000x2504"],
        "sim-2504-1.1m": ["10000x1000", "4000x2504", "10000x2504"],
        "1kg-chr21": ["10000x1000", "4000x2504", "10000x2504"],
    },
    "mt": {
        "smoke": ["2", "4", "8"],
        "sim-2504-10k": ["4", "25", "90"],
        "sim-10k": ["8", "25", "90"],
        "1kg-sites": ["4", "25", "90"],
        "sim-2504-100k": ["8", "90", "900"],
        "sim-2504-1.1m": ["960", "8128", "20318"],
        "1kg-chr21": ["960", "8128", "20318"],
    },
}
NAMES = list(_SHAPES["zarr"])


def of(name, format, character):
    """The shape of this character of a data set: `400x2504` in Zarr, `90` in a MatrixTable.

    NotImplementedError where none is given.
    """
    if name not in _SHAPES[format]:
        raise NotImplementedError("no shape of {} is called {}".format(name, character))
    characters = CHUNKS if format == "zarr" else PARTITIONS
    return _SHAPES[format][name][characters.index(character)]
