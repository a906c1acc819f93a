"""The rows behind a figure, what a reader can choose of them, and what is not drawn."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import polars as pl

from tools.study import words
from tools.study.analysis.editions import TODAY
from tools.study.analysis.measurements import Measurements
from tools.study.analysis.ratios import with_ratio
from tools.study.page.figures import Figure

FULLEST = "fullest"  # of the choices of data: for each task the set that it has most points on
_FIRST = {"metric": "time_end_to_end", "edition": TODAY, "cache": "warm", "settings": "default"}

_X = {
    "": pl.coalesce(pl.col("n_components", "r2", "window").cast(pl.Float64)),
    "stage": pl.col("metric").str.strip_prefix("time_"),
}
_SERIES = {
    "tool": pl.col("tool").replace(words.TOOLS),
    "engine": pl.when(tool="sgkit")
    .then(pl.format("Dask, {}", "settings"))
    .otherwise(pl.lit("Spark")),
}
_SIZE = (pl.col("n_samples") * pl.col("n_variants")).fill_null(0)

Choice = Mapping[str, Any]
Choices = Mapping[str, list[Any]]  # the values that can be chosen, by axis


def make(figure: Figure, points: pl.DataFrame) -> pl.DataFrame:
    """A row for each of the figure's points, in an order that does not depend on the files.

    Added columns: `series`, `x`, the speed-ups over the least x (`base`), `fullest`.
    """
    scale = pl.when(unit="bytes").then(1e-9).otherwise(1)
    rows = (
        points.filter(figure.filter)
        .with_columns(
            pl.col("value", "low", "high", "median") * scale,
            unit=pl.col("unit").replace("bytes", "GB"),
            series=_SERIES.get(figure.colour, pl.col(figure.colour)).fill_null(""),
            x=_X.get(figure.x, pl.col(figure.x or "cores")),
        )
        .filter(pl.col("x").is_not_null())
        .sort("series", pl.col("x").cast(pl.String), "benchmark", maintain_order=True)
    )  # fmt: skip
    line = ["series", "task", *({"metric"} & {*figure.free_axes})]
    longest = rows.select(pl.col("x").n_unique().over(line).max()).item() or 0
    if not figure.study and longest < 2:
        rows = rows.clear()  # there is nothing to compare
    rows = _with_speedups(figure, rows)
    fullest = (
        rows.group_by("task", "data")
        .agg(pl.len(), size=_SIZE.max())
        .sort("len", "size", "data")
        .unique("task", keep="last", maintain_order=True)
    )
    by_task = all("task" in panel.where for panel in figure.panels)
    return rows.join(
        fullest.select("task", "data", fullest=pl.lit(True if by_task else None, pl.Boolean)),
        on=["task", "data"], how="left", maintain_order="left",
    )  # fmt: skip


def _with_speedups(figure: Figure, rows: pl.DataFrame) -> pl.DataFrame:
    """How many times as fast as with the least of what is on the x axis; 1 there.

    A line of one point has none, unless others too begin there: 1 would say that it gains nothing.
    """
    if not any(panel.column == "speedup" for panel in figure.panels):
        nothing = pl.lit(None, pl.Float64)
        return rows.with_columns(base=nothing, speedup=nothing, speedup_low=nothing,
                                 speedup_high=nothing)  # fmt: skip
    line = list({"series", "metric", *figure.free_axes})
    least = pl.col("value", "kept").sort_by("x").first().over(line).name.suffix("_base")
    base = pl.col("x").min().over(line)
    has_speedup = (pl.len().over(line) > 1) | (base == pl.col("x").min())
    is_later = has_speedup & (pl.col("x") > base)
    return with_ratio(rows.with_columns(least), over="_base", under="").with_columns(
        base=pl.when(has_speedup).then(base),
        speedup=pl.when(has_speedup).then("ratio"),
        speedup_low=pl.when(is_later).then("ratio_low"),
        speedup_high=pl.when(is_later).then("ratio_high"),
    )


def options(figure: Figure, rows: pl.DataFrame) -> dict[str, list[Any]]:
    """What a reader can choose: each free axis that has more than one value, with the values."""
    choices = {}
    for axis in figure.free_axes:
        values = rows[axis].drop_nulls().unique().to_list()
        if len(values) > 1:
            order = words.ORDER.get(axis, [])
            choices[axis] = sorted(
                values, key=lambda value: (order.index(value) if value in order else -1, value)
            )
    if "data" in choices and rows["fullest"].any():
        choices["data"].insert(0, FULLEST)
    return choices


def default(figure: Figure, rows: pl.DataFrame, choices: Choices) -> Choice:
    """The choice to begin with: the one with most to see; of equals the plainest.

    It is today's. A figure of the study's begins with the edition that has more lines.
    """

    def score(choice: Choice) -> tuple[Any, ...]:
        shown = select(rows, choice)
        lines = shown["series"].n_unique() if figure.study else 0
        points = shown.select("series", "x", "task", "metric").n_unique()
        plain = sum(choice.get(axis) == value for axis, value in _FIRST.items())
        today = choice.get("edition", TODAY) == TODAY
        return lines, today, points, plain, shown.select(_SIZE.max()).item() or 0

    return max(combinations(choices), key=score) if len(rows) else {}


def combinations(choices: Choices) -> list[Choice]:
    """All choices that can be made."""
    return [
        dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())
    ]


def select(rows: pl.DataFrame, choice: Choice) -> pl.DataFrame:
    """The rows of a choice; one that does not have an axis fits all of its values."""
    fits = (
        pl.col("fullest") if value == FULLEST else pl.col(axis).is_null() | (pl.col(axis) == value)
        for axis, value in choice.items()
    )
    return rows.filter(pl.all_horizontal(True, *fits))


def too_large(figure: Figure, measured: Measurements) -> str:
    """Which declared values on the x axis this machine has too few cores for, in words."""
    here = int(measured.machine.get("physical_cores") or 0)
    if figure.x not in ("cores", "nodes") or not here:
        return ""
    beyond: dict[str, set[int]] = defaultdict(set)  # by layout
    for name, entry in measured.benchmarks.items():
        axes = dict(zip(entry["param_names"], entry["params"], strict=True))
        if name.split(".")[0] not in figure.experiments or figure.x not in axes:
            continue
        layouts = [text.strip("'") for text in axes.get("layout", ["1x1"])]
        for layout in layouts:
            if layout == "any" or layout not in figure.where.get("layout", layouts):
                continue
            workers, threads = map(int, layout.split("x"))
            counts = {int(count) for count in axes[figure.x]}
            beyond[layout] |= {count for count in counts if count * workers * threads > here}
    alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for layout, counts in beyond.items():
        alike[tuple(sorted(counts))].append(layout)
    parts = [
        words.listed(counts)
        + (f" of {words.listed(layouts, 'or')}" if figure.x == "nodes" else "")
        for counts, layouts in alike.items()
        if counts
    ]
    if not parts:
        return ""
    return f"Not drawn, as this machine has {here} physical cores: {figure.x} {'; '.join(parts)}."
