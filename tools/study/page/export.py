"""Files to take along: a figure as SVG and PNG, the data behind anything as CSV and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import vl_convert
from arro3.core import Array, DataType, Field, Schema, Table
from arro3.io import write_parquet

from tools.common import files
from tools.study.page.records import COLUMNS, Record

_NUMBERS = {"value", "low", "high", "median", "speedup", "speedup_low", "speedup_high", "r2",
            "load", "others", "seconds_in_all"}  # fmt: skip
_WHOLE = {"n_samples", "n_variants", "cores", "nodes", "n_components", "window", "physical_cores"}


def data(folder: Path, name: str, records: Sequence[Record]) -> list[str]:
    """Write NAME.csv and NAME.parquet; the names of both."""
    columns = [name for name in COLUMNS if any(one.get(name) is not None for one in records)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for record in records:
        writer.writerow([_cell(record.get(column)) for column in columns])
    files.write_text(folder / f"{name}.csv", text.getvalue())
    fields = [Field(column, _kind(column)) for column in columns]
    arrays = [
        Array([_typed(record.get(field.name), field.name) for record in records], field.type)
        for field in fields
    ]
    table = Table.from_arrays(arrays, schema=Schema(fields))
    content = io.BytesIO()
    write_parquet(table, content)
    files.write_bytes(folder / f"{name}.parquet", content.getvalue())
    return [f"{name}.csv", f"{name}.parquet"]


def drawing(folder: Path, name: str, spec: dict[str, Any]) -> list[str]:
    """Write NAME.svg and NAME.png; the names of both."""
    svg = vl_convert.vegalite_to_svg(spec)
    files.write_text(folder / f"{name}.svg", svg)
    files.write_bytes(folder / f"{name}.png", vl_convert.svg_to_png(svg, scale=2))
    return [f"{name}.svg", f"{name}.png"]


def library() -> str:
    """The drawing library of the page: the very one that the files are drawn with."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")


def _cell(value: Any) -> Any:
    return ";".join(map(repr, value)) if isinstance(value, list) else value


def _kind(column: str) -> DataType:
    if column in _NUMBERS:
        return DataType.float64()
    return DataType.int64() if column in _WHOLE else DataType.string()


def _typed(value: Any, column: str) -> Any:
    if value is None or column in _WHOLE:
        return value
    return float(value) if column in _NUMBERS else str(_cell(value))
