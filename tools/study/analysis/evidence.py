"""Comparisons of times that speak for or against a claim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from tools.study import words
from tools.study.analysis.comparisons import Row, extremes, pairs

Claim = Literal[
    "slower",  # the first takes longer than the second
    "no_faster",  # the second, which has more, gains less than the noise floor
    "alike",  # the times differ by less than the noise floor
    "speed_up",  # the second, which has more, is faster by a share of what was added
]


@dataclass(frozen=True)
class ClaimEvidence:
    """One comparison that bears on a finding: for it, against it, or not decided (None)."""

    words: str
    agrees: bool | None
    points: tuple[int, ...]  # their ids
    runs: int = 1  # observed, of something that happens now and then


def compare(
    points: pl.DataFrame,
    claim: Claim,
    axis: str,
    values: Iterable[Sequence[Any]] = (),
    share: float = 1.0,
) -> list[ClaimEvidence]:
    """What points that differ in an axis only say of a claim, for each pair of `values`.

    Without `values` the least value is compared with the greatest.
    """
    return [
        ClaimEvidence(
            f"{_name(row, axis)}: {words.interval(row)}",
            _agrees(claim, row, axis, share),
            (row["id"], row["id_base"]),
        )
        for over, under in values or filter(None, [extremes(points, axis)])
        for row in pairs(points, axis, over, under)
    ]


def _agrees(claim: Claim, row: Row, axis: str, share: float) -> bool | None:
    low, high, floor = row["ratio_low"], row["ratio_high"], row["noise_floor"]
    if low is None:
        return None
    if claim == "speed_up":
        ideal = share * row[f"{axis}_base"] / row[axis]
        return True if low >= ideal else False if high < ideal else None
    if claim == "slower":
        return bool(row["slower"]) if row["decided"] else None
    is_below = high < floor and (claim == "no_faster" or low > 1 / floor)
    return True if is_below else False if row["decided"] else None


def _name(row: Row, axis: str) -> str:
    """What is equal in a pair, and both values of the axis that differs."""
    values = " / ".join(words.tool(str(row[side])) for side in (axis, f"{axis}_base"))
    unit = f" {axis}" if axis in ("cores", "nodes") else ""
    return f"{words.condition({**row, axis: None})}; {values}{unit}"
