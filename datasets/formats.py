"""The native formats: each is made from the BED files, and read back as a Store.

A format can have a shape: `zarr:400x2504` (chunks, variants x samples) and `mt:8` (partitions) are
further copies of the content, beside the one in the catalogue's shape.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numcodecs
import zarr

from datasets import hail_writer, zarr_store
from datasets.bed import BedReader
from datasets.catalogue import Spec
from datasets.content import Store
from tools.common.errors import UsageError

# the files or folder of each format in a data set's folder
_PARTS = {
    "bed": ("calls.bed", "calls.bim", "calls.fam"),
    "zarr": ("calls.zarr",),
    "mt": ("calls.mt",),
}
FORMATS = tuple(_PARTS)
_CHUNKS = re.compile(r"[1-9]\d*x[1-9]\d*")
_PARTITIONS = re.compile(r"[1-9]\d*")

Advance = Callable[[int], None]


def in_chunks(text: str) -> str:
    """The format with these chunks, such as `400x2504`; UsageError for any other text."""
    if not _CHUNKS.fullmatch(text):
        raise UsageError(
            f"{text!r} is not a shape of chunks",
            hint="give variants x samples, such as 400x2504",
        )
    return f"zarr:{text}"


def in_partitions(text: str) -> str:
    """The format with this number of partitions; UsageError for any other text."""
    if not _PARTITIONS.fullmatch(text):
        raise UsageError(
            f"{text!r} is not a number of partitions", hint="give one above 0, such as 8"
        )
    return f"mt:{text}"


def parts(format: str) -> tuple[str, ...]:
    """The files or folder of a format in a data set's folder."""
    kind, _, shape = format.partition(":")
    return (f"calls-{shape}.{kind}",) if shape else _PARTS[kind]


def shaped(spec: Spec, format: str) -> Spec:
    """The data set in the shape of this format; the catalogue's where it has none."""
    kind, _, shape = format.partition(":")
    if not shape:
        return spec
    if kind == "mt":
        return spec.model_copy(update={"partitions": int(shape)})
    rows, columns = shape.split("x")
    return spec.model_copy(update={"chunks": (int(rows), int(columns))})


def is_there(folder: Path, format: str) -> bool:
    """Whether all files of a format exist."""
    return all((folder / part).exists() for part in parts(format))


@contextlib.contextmanager
def converted(
    spec: Spec, folder: Path, format: str, target: Path, advance: Advance
) -> Iterator[Store]:
    """Write the folder's BED content in another format to `target`; yields it as a Store."""
    spec = shaped(spec, format)
    if _kind(format) == "zarr":
        zarr_store.write(target, BedReader(folder / "calls"), spec.chunks, advance)
        yield zarr_store.ZarrReader(target)
    else:
        with _exported(folder) as back:
            hail_writer.write(folder / "calls", target, spec.partitions, back)
            yield BedReader(back)


@contextlib.contextmanager
def opened(folder: Path, format: str) -> Iterator[Store]:
    """The content of a format as a Store."""
    path = folder / parts(format)[0]
    if format == "bed":
        yield BedReader(folder / "calls")
    elif _kind(format) == "zarr":
        yield zarr_store.ZarrReader(path)
    else:
        with _exported(folder) as back:
            hail_writer.export(path, back)
            yield BedReader(back)


@contextlib.contextmanager
def _exported(folder: Path) -> Iterator[Path]:
    """A prefix for BED files that Hail writes; they are removed at the end."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as scratch:
        yield Path(scratch, "calls")


def describe(spec: Spec, store: Store, format: str, target: Path) -> dict[str, Any]:
    """The entry of a format in dataset.json: its writer, and its shape on disk."""
    if format == "bed":
        return {"writer": "datasets/bed.py", "a1": "ALT", "bytes": _size(target)}
    if _kind(format) == "zarr":
        return {
            "writer": f"datasets/zarr_store.py (zarr {zarr.__version__}, "
            f"numcodecs {numcodecs.__version__})",
            "zarr_format": 2,
            "chunks": list(zarr_store.ZarrReader(target).chunks),
            "bytes": _size(target),
        }
    parts = list((target / "entries" / "rows" / "parts").glob("part-*"))
    return {"writer": f"hail {hail_writer.HAIL}", "partitions": len(parts), "bytes": _size(target)}


def _kind(format: str) -> str:
    return format.partition(":")[0]


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size
