"""95 % intervals of times and of ratios of two times, by t on the logarithms of the samples."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from scipy import stats

ENOUGH = 3  # samples, for an interval
LEAST_NOISE_FLOOR = 1.1  # the noise floor where repeats differ by less


def with_interval(points: pl.DataFrame) -> pl.DataFrame:
    """Adds `low` and `high` of `value` (Student's t); null with too few samples `kept`."""
    mean, error, freedom = _moments("")
    spread = _quantile(freedom) * error.sqrt()
    return points.with_columns(low=(mean - spread).exp(), high=(mean + spread).exp())


def with_ratio(pairs: pl.DataFrame, over: str = "", under: str = "_base") -> pl.DataFrame:
    """Adds the ratio of `value` + `over` to `value` + `under`, and what it says.

    `ratio`, `ratio_low`, `ratio_high` (Welch's t, null with too few samples `kept`); `decided`:
    the interval is beyond `noise_floor` on one side of 1; `slower`: on the upper side.
    """
    mean, error, freedom = _moments(over)
    mean_under, error_under, freedom_under = _moments(under)
    both = error + error_under
    welch = both.pow(2) / (error.pow(2) / freedom + error_under.pow(2) / freedom_under)
    spread = pl.when(both > 0).then(_quantile(welch) * both.sqrt())
    exact = pl.when(both == 0).then(pl.col("ratio"))  # samples without any noise
    floor = pl.col("noise_floor")
    return (
        pairs.with_columns(ratio=pl.col(f"value{over}") / pl.col(f"value{under}"))
        .with_columns(
            ratio_low=pl.coalesce((mean - mean_under - spread).exp(), exact),
            ratio_high=pl.coalesce((mean - mean_under + spread).exp(), exact),
        )
        .with_columns(slower=(pl.col("ratio_low") > floor).fill_null(False))
        .with_columns(
            decided=pl.col("slower") | (pl.col("ratio_high") < 1 / floor).fill_null(False)
        )
    )


def paired(over: pl.DataFrame, under: pl.DataFrame, on: Sequence[str]) -> pl.DataFrame:
    """The rows of both that are equal in `on`, with their ratio; those of `under` end in _base."""
    return with_ratio(over.join(under, on=list(on), nulls_equal=True, suffix="_base"))


def _moments(suffix: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Of the logarithms of the samples: mean, its squared error, degrees of freedom."""
    kept = pl.col(f"kept{suffix}")
    enough = (kept.list.len() >= ENOUGH) & (kept.list.min() > 0)
    logs = pl.when(enough).then(kept.list.eval(pl.element().log()))
    return logs.list.mean(), logs.list.var() / logs.list.len(), logs.list.len() - 1


def _quantile(freedom: pl.Expr) -> pl.Expr:
    def quantile(values: pl.Series) -> pl.Series:
        return pl.Series(stats.t.ppf(0.975, values.cast(pl.Float64).to_numpy()), nan_to_null=True)

    return freedom.map_batches(quantile, return_dtype=pl.Float64)
