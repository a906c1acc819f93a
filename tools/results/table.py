"""All measured values as one typed table. A result file is read once, and again when it changes.

asv keeps a JSON file for each commit and environment, so a history has tens of thousands. The
table is kept in the cache as Parquet: 1.28 million values are read in 0.08 CPU seconds, and
written in 0.12 (SQLite: 1.2 each, in a file twice as large).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from asv.util import UserError

from tools.common import files as whole_files
from tools.common import paths
from tools.results import result_file
from tools.results.asv_reading import result_paths, warn_once

_VERSION = b"3"  # of the columns, and of how a file is read: another one discards the cache
_CHUNK = 1000  # files that are parsed before their values move into a frame
_ROW_GROUP = 100_000  # rows that are decoded together
_YOUNG = 2_000_000_000  # ns: a file younger than this can change at the same size and time

Schema = dict[str, "pl.DataType | type[pl.DataType]"]

CATEGORY = pl.Categorical()
KEY: Schema = {"file": pl.String, "size": pl.Int64, "mtime_ns": pl.Int64, "machine": pl.String}
FILES: Schema = {
    "number": pl.UInt32,
    **KEY,
    "commit": pl.String,
    "date": pl.Int64,
    "env_name": pl.String,
    "environment": pl.String,
    "problem": pl.String,  # why the file gives no values; null otherwise
}
VALUES: Schema = {
    "number": pl.UInt32,
    "benchmark": CATEGORY,
    "parameters": CATEGORY,
    "version": CATEGORY,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "samples": pl.Int32,
    "started_at": pl.Int64,
    "each_sample": pl.List(pl.Float32),  # exact enough to be drawn
}


@dataclass(frozen=True)
class Table:
    """A row for each result file (its Header), and one for each Value in it.

    `files` has the columns FILES, `values` the columns VALUES; `number` joins them.
    """

    files: pl.DataFrame
    values: pl.LazyFrame

    @property
    def readable(self) -> pl.DataFrame:
        """The files that gave their values."""
        return self.files.filter(pl.col("problem").is_null())

    def of(self, machine: str, env_name: str) -> pl.DataFrame:
        """The readable files of one machine and environment."""
        return self.readable.filter(machine=machine, env_name=env_name)


def read(results_dir: str | Path) -> Table:
    """The values of all result files; a warning names each file that cannot be read."""
    folder = Path(results_dir)
    path = _cache(folder)
    table = _load(path)
    listed = _listed(folder)
    kept = table.files.join(listed, on=list(KEY), how="semi")
    changed = listed.join(kept, on=list(KEY), how="anti")
    if len(changed) or len(kept) < len(table.files):
        new = _parse(folder, changed, max(table.files["number"].to_list(), default=0) + 1)
        numbers = kept.select("number").lazy()
        values = pl.concat([table.values.join(numbers, on="number", how="semi"), new.values])
        table = _saved(path, pl.concat([kept, new.files]), values.collect())
    for problem in sorted(set(table.files["problem"].drop_nulls())):
        warn_once(problem)
    return table


def environment(text: str) -> dict[str, str | None]:
    """asv's graph parameters of an `environment` of the table."""
    return dict(json.loads(text))


def _cache(folder: Path) -> Path:
    name = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:16]
    return paths.cache("results", f"{name}.table")


def _listed(folder: Path) -> pl.DataFrame:
    """The key of each result file there is."""
    rows = []
    for root, name, machine in result_paths(str(folder)):
        path = os.path.join(root, name)
        with suppress(FileNotFoundError):  # removed meanwhile
            status = os.stat(path)
            rows.append(
                (os.path.relpath(path, folder), status.st_size, status.st_mtime_ns, machine)
            )
    return _frame(rows, KEY)


def _load(path: Path) -> Table:
    """The cached table; empty where there is none, or one that is damaged or of another version.

    A cache file is a digest, the size of the first Parquet file, and two Parquet files.
    """
    with suppress(OSError):
        content = memoryview(path.read_bytes())
        digest, size, rest = content[:16], content[16:24], content[24:]
        if digest == _digest(content[16:]):
            split = int.from_bytes(size, "big")
            return Table(
                pl.read_parquet(bytes(rest[:split])), pl.scan_parquet(bytes(rest[split:]))
            )
    return Table(pl.DataFrame(schema=FILES), pl.LazyFrame(schema=VALUES))


def _saved(path: Path, files: pl.DataFrame, values: pl.DataFrame) -> Table:
    """Write the cache. A young file gets no time there, so it is read again the next time."""
    young = pl.col("mtime_ns") > time.time_ns() - _YOUNG
    aged = files.with_columns(mtime_ns=pl.when(young).then(-1).otherwise("mtime_ns"))
    parts = [_parquet(frame) for frame in (aged, values)]
    content = b"".join([len(parts[0]).to_bytes(8, "big"), *parts])
    with suppress(OSError):  # without a cache the next reading takes longer
        whole_files.write_bytes(path, _digest(content) + content)
    return Table(files, values.lazy())


def _digest(content: bytes | memoryview) -> bytes:
    return hashlib.blake2b(content, digest_size=16, key=_VERSION).digest()


def _parquet(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content, compression="lz4", row_group_size=_ROW_GROUP)
    return content.getvalue()


def _parse(folder: Path, listed: pl.DataFrame, start: int) -> Table:
    """The values of some result files, which are numbered from `start`."""
    headers: list[tuple[Any, ...]] = []
    frames = [pl.DataFrame(schema=VALUES)]
    for first in range(0, len(listed), _CHUNK):
        rows: list[tuple[Any, ...]] = []
        for number, key in enumerate(listed[first : first + _CHUNK].iter_rows(), start + first):
            file, _, _, machine = key
            try:
                header, values = result_file.read(folder / file, machine)
            except FileNotFoundError:  # removed meanwhile
                continue
            except UserError as error:
                headers.append((number, *key, None, None, None, None, str(error)))
                continue
            headers.append((number, *key, *header, None))
            rows += [(number, *value) for value in values]
        frames.append(_frame(rows, VALUES))
    return Table(_frame(headers, FILES), pl.concat(frames).lazy())


def _frame(rows: list[tuple[Any, ...]], schema: Schema) -> pl.DataFrame:
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    return pl.DataFrame(dict(zip(schema, columns, strict=True)), schema)
