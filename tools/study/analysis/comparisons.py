"""Compares points that differ in one thing: pairs for a finding, rankings for a guideline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from tools.study.analysis.measurements import AXES
from tools.study.analysis.ratios import paired, with_ratio

Row = dict[str, Any]


def pick(points: pl.DataFrame, metric: str, *experiments: str, **axes: Any) -> pl.DataFrame:
    """The points of a metric and of experiments with these values; a tuple means any of them."""
    fits = [
        pl.col(axis).is_in(value) if isinstance(value, tuple) else pl.col(axis) == value
        for axis, value in axes.items()
    ]
    return points.filter(metric=metric).filter(pl.col("experiment").is_in(experiments), *fits)


def pairs(points: pl.DataFrame, axis: str, over: Any, under: Any) -> list[Row]:
    """Points that differ in one axis only, with the ratio of the one to the other (`_base`)."""
    same = [name for name in ("tool", *AXES) if name != axis]
    first, second = (points.filter(pl.col(axis) == value) for value in (over, under))
    return paired(first, second, same).sort(same, nulls_last=True).to_dicts()


def extremes(points: pl.DataFrame, axis: str) -> tuple[Any, Any] | None:
    """The least and the greatest value of an axis; None where there are not two."""
    low, high = points[axis].min(), points[axis].max()
    return None if low == high else (low, high)


@dataclass(frozen=True)
class Choice:
    """The options under one condition, the fastest first."""

    condition: Row  # what was equal
    ranking: tuple[Row, ...]  # rows of points with `option` and the ratio to the fastest

    @property
    def good(self) -> list[str]:
        """The fastest option, and those that enough samples do not show to be slower."""
        fastest, *others = self.ranking
        alike = (row for row in others if row["ratio_low"] is not None and not row["slower"])
        return [row["option"] for row in (fastest, *alike)]

    @property
    def decided(self) -> bool:
        """Whether any option is shown to be slower than the fastest."""
        return any(row["slower"] for row in self.ranking)

    @property
    def alike(self) -> bool:
        """Whether the samples exclude that an option is slower by the noise floor or more."""
        return all(
            row["ratio_high"] is not None and row["ratio_high"] <= row["noise_floor"]
            for row in self.ranking[1:]
        )

    @property
    def ahead(self) -> Row:
        """The row with the ratio of the first slower option; the last option where none is."""
        return next((row for row in self.ranking if row["slower"]), self.ranking[-1])


def choose(points: pl.DataFrame, option: pl.Expr, condition: Sequence[str]) -> list[Choice]:
    """A choice for each condition with two options or more; `condition` are columns."""
    ranked = (
        points.with_columns(option=option)
        .unique([*condition, "option"], keep="last", maintain_order=True)
        .with_row_index("choice")
        .with_columns(pl.col("choice").first().over(condition))
        .filter(pl.len().over("choice") > 1)
        .sort("choice", "value", maintain_order=True)
        .with_columns(pl.col("value", "kept").first().over("choice").name.suffix("_base"))
    )
    return [
        Choice(
            {name: rows[name][0] for name in condition if rows[name][0] is not None},
            tuple(rows.to_dicts()),
        )
        for rows in with_ratio(ranked).partition_by("choice", maintain_order=True)
    ]
