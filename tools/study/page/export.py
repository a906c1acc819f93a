"""Downloads: a figure as SVG and PNG, the rows behind anything as CSV and Parquet."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import polars as pl
import vl_convert

from tools.common import files
from tools.study.analysis.measurements import AXES

COLUMNS = (
    "experiment", "task", "tool", "metric", *(axis for axis in AXES if axis != "task"), "edition",
    "release", "stack", "value", "low", "high", "unit", "reducer", "median", "samples", "series",
    "speedup", "speedup_low", "speedup_high", "machine", "commit", "benchmark", "measured_at",
    "seconds_in_all", "lock", "python", "java", "installed", "data_sha256", "load", "others",
    "governor", "physical_cores", "tracker", "command",
)  # fmt: skip


def data(folder: Path, name: str, rows: pl.DataFrame) -> list[str]:
    """Write NAME.csv and NAME.parquet with the columns that have values; the names of both.

    Samples are joined by ";".
    """
    used = rows.select(
        column for column in COLUMNS if column in rows and rows[column].is_not_null().any()
    )
    flat = used.with_columns(pl.col(pl.List).cast(pl.List(pl.String)).list.join(";"))
    parquet = io.BytesIO()
    flat.write_parquet(parquet)
    files.write_text(folder / f"{name}.csv", flat.write_csv())
    files.write_bytes(folder / f"{name}.parquet", parquet.getvalue())
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
