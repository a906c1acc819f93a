"""How much repeats of one point differ on this machine: a ratio below that may be noise."""

from __future__ import annotations

import polars as pl

from benchmarks._harness import registry
from tools.study.analysis.measurements import AXES, PROGRAMS
from tools.study.analysis.ratios import LEAST_NOISE_FLOOR

# These modules measure the same point where the axis that they vary has its usual value.
EXPERIMENTS = ("scaling", "sharding", "caching", "hyperparameters", "filtering")
_USUAL = {"chunks": "tiles", "partitions": "few", "cache": "warm", "calls": "one",
          "n_components": 10, "r2": 0.2, "window": 100}  # fmt: skip
SHARE = 0.9  # of the pairs are below the noise floor


def pairs(points: pl.DataFrame) -> pl.DataFrame:
    """All pairs of times of one point, the shorter one's columns with _base, and their `ratio`.

    They are in the order of the tasks, then of the ratio.
    """
    same = [axis for axis in AXES if axis not in _USUAL and axis != "hyperparameter"]
    usual = [pl.col(axis).is_null() | (pl.col(axis) == value) for axis, value in _USUAL.items()]
    repeats = (
        points.filter(
            pl.col("experiment").is_in(EXPERIMENTS), pl.col("metric").str.starts_with("time_")
        )
        .filter(*usual)
        .sort("value", maintain_order=True)
        # a program of the machine is the same on every stack
        .with_columns(on=pl.when(~pl.col("tool").is_in(PROGRAMS)).then("stack"))
        .with_row_index()
    )
    order = pl.col("task").replace_strict({t: i for i, t in enumerate(registry.TASKS)}, default=99)
    return (
        repeats.join(
            repeats,
            on=["tool", "release", "on", "metric", *same],
            nulls_equal=True,
            suffix="_base",
        )
        .filter(pl.col("index") > pl.col("index_base"))
        .with_columns(ratio=pl.col("value") / pl.col("value_base"))
        .sort(order, "ratio", maintain_order=True)
    )


def percentile(ratios: pl.Series) -> float:
    """The least ratio that 90 % of the pairs do not exceed; of fewer than ten the largest."""
    return float(ratios.quantile(SHARE, "equiprobable") or LEAST_NOISE_FLOOR)


def noise_floor(ratios: pl.Series) -> float:
    """The ratio from which on a difference counts: the 90th percentile, and at least 1.1."""
    return max(LEAST_NOISE_FLOOR, percentile(ratios))
