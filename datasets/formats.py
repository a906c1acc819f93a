"""The native formats: how each is made from the BED files and read back as a Store."""

from __future__ import annotations

import contextlib
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

# the files or folder of each format in a data set's folder
PLACES = {
    "bed": ("calls.bed", "calls.bim", "calls.fam"),
    "zarr": ("calls.zarr",),
    "mt": ("calls.mt",),
}
FORMATS = tuple(PLACES)

Advance = Callable[[int], None]


def is_there(folder: Path, format: str) -> bool:
    """Whether the files of a format are all there."""
    return all((folder / place).exists() for place in PLACES[format])


def convert(spec: Spec, folder: Path, format: str, target: Path, advance: Advance) -> None:
    """Write the folder's BED content as another format to `target`, a path not there yet."""
    if format == "zarr":
        zarr_store.write(target, BedReader(folder / "calls"), spec.chunks, advance)
    else:
        hail_writer.write(folder / "calls", target, spec.partitions)


@contextlib.contextmanager
def opened(folder: Path, format: str, target: Path | None = None) -> Iterator[Store]:
    """The content of a format as a Store; `target` when it is not at its place yet."""
    if format == "bed":
        yield BedReader(folder / "calls")
    elif format == "zarr":
        yield zarr_store.ZarrReader(target or folder / "calls.zarr")
    else:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as scratch:
            hail_writer.export(target or folder / "calls.mt", Path(scratch, "calls"))
            yield BedReader(Path(scratch, "calls"))


def describe(spec: Spec, store: Store, format: str, target: Path) -> dict[str, Any]:
    """What dataset.json says of a format: its writer and the shape it has on disk."""
    if format == "bed":
        return {"writer": "datasets/bed.py", "a1": "ALT", "bytes": _size(target)}
    if format == "zarr":
        return {
            "writer": f"datasets/zarr_store.py (zarr {zarr.__version__}, "
            f"numcodecs {numcodecs.__version__})",
            "zarr_format": 2,
            "chunks": list(zarr_store.ZarrReader(target).chunks),
            "bytes": _size(target),
        }
    parts = [place for place in (target / "entries" / "rows" / "parts").glob("part-*")]
    return {"writer": f"hail {hail_writer.HAIL}", "partitions": len(parts), "bytes": _size(target)}


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size
