"""Points that other processes disturbed, from what was recorded with them."""

from __future__ import annotations

import polars as pl

from tools.study import words
from tools.study.analysis.measurements import AXES
from tools.study.analysis.ratios import paired

RULE = (
    "Other processes, or other machines of the same host, used more than a quarter of a core "
    "during the measurement. Older points have only the load average: it was above the number of "
    "physical cores by more than 1. Or compute alone is shown to take longer than the whole."
)
_OTHERS = 0.25  # cores
_ID = ["commit", "stack", "benchmark"]


def with_interference(points: pl.DataFrame) -> pl.DataFrame:
    """Adds `interference`: why a point is disturbed, null where it is not."""
    whole = points.filter(metric="time_end_to_end")
    long = (
        paired(
            points.filter(metric="time_compute"),
            whole,
            ["commit", "stack", "experiment", "tool", *AXES],
        )
        .filter("slower")
        .select(*_ID, part="value", whole="value_base")
        .unique(_ID)
    )
    others, load, cores = pl.col("others"), pl.col("load"), pl.col("physical_cores")
    seconds = [pl.col(name).map_elements(words.seconds, pl.String) for name in ("part", "whole")]
    reasons = [
        pl.when(others > _OTHERS).then(pl.format("others had {} cores", others.round(1))),
        pl.when(others.is_null() & (load > cores + 1)).then(
            pl.format("load {} on {} cores", load.round(1), cores)
        ),
        pl.when(pl.col("part").is_not_null()).then(
            pl.format("compute alone {}, end to end {}", *seconds)
        ),
    ]
    reason = pl.concat_str(reasons, separator="; ", ignore_nulls=True)
    return (
        points.join(long, on=_ID, how="left", maintain_order="left")
        .with_columns(interference=pl.when(reason != "").then(reason))
        .drop("part", "whole")
    )


def busiest(points: pl.DataFrame) -> pl.DataFrame:
    """The disturbed points, the busiest first."""
    order = [pl.col(name).fill_null(0) for name in ("others", "load")]
    return points.filter(pl.col("interference").is_not_null()).sort(
        order, descending=True, maintain_order=True
    )


def summary(points: pl.DataFrame) -> list[str]:
    """How many of each release's points are disturbed, in words."""
    counts = points.group_by("tool", "release", "stack").agg(
        n=pl.col("interference").count(), of=pl.len()
    )
    return sorted(
        f"{words.tool(tool)} {release}, {stack} stack: {n} of {of} points"
        for tool, release, stack, n, of in counts.iter_rows()
        if n
    )
