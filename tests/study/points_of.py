"""Single points for tests that need no files."""

from __future__ import annotations

from typing import Any

import polars as pl

from tools.study.analysis import measurements

Row = dict[str, Any]


def point(
    value: float,
    samples: tuple[float, ...] | None = None,
    *,
    experiment: str = "scaling",
    tool: str = "sgkit",
    metric: str = "time_end_to_end",
    release: str = "0.10.0",
    stack: str = "frozen",
    date: int = 10,
    at: str = "",
    **columns: Any,
) -> Row:
    """A row with four steady samples, unless they are given."""
    taken = (value * 0.99, value, value, value * 1.01) if samples is None else samples
    axes = {"task": "pca", "data": "smoke", **columns}
    if experiment.startswith("distributed"):
        axes["cache"] = "cold" if experiment == "distributed_cold" else "warm"
    return {
        "experiment": experiment,
        "tool": tool,
        "metric": metric,
        "value": value,
        "median": value,
        "samples": taken,
        "kept": taken,
        "reducer": "study",
        "unit": "seconds",
        "release": release,
        "stack": stack,
        "machine": "box",
        "commit": f"{tool}{release}".ljust(40, "0"),
        "date": date,
        "benchmark": f"{experiment}.{tool.capitalize()}.{metric}()",
        "measured_at": at,
        **axes,
    }


def table(*rows: Row) -> pl.DataFrame:
    """The rows as the table that is read from results."""
    return measurements.table(list(rows))
