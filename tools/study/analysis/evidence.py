"""Comparisons that speak for or against a finding, and the verdict that follows from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from tools.study import words
from tools.study.analysis.comparisons import Row, extremes, pairs, pick


@dataclass(frozen=True)
class Evidence:
    """One comparison that bears on a finding: for it, against it, or not decided (None)."""

    words: str
    agrees: bool | None
    points: tuple[int, ...]  # their ids
    runs: int = 1  # observed, of something that happens now and then


Look = Callable[[pl.DataFrame], list[Evidence]]
Claim = Callable[[Row, str], bool | None]  # of a pair with its ratio, and the axis that differs


@dataclass(frozen=True)
class Finding:
    """A statement of the study, its place there, and how our measurements are examined for it."""

    id: str
    text: str
    source: str
    figures: tuple[str, ...]
    look: Look
    rare: bool = False  # says that something happens now and then: its absence proves little


@dataclass(frozen=True)
class Verdict:
    """A finding's outcome for one edition."""

    words: str
    evidence: list[Evidence]


def judge(finding: Finding, points: pl.DataFrame) -> Verdict:
    """Holds, does not hold, in part, not decided, not measured; if rare: seen or not seen."""
    evidence = finding.look(points)
    yes = sum(item.agrees is True for item in evidence)
    no = sum(item.agrees is False for item in evidence)
    unsure = len(evidence) - yes - no
    if not evidence:
        verdict = "not measured"
    elif finding.rare:
        seen = f"seen at {yes} of {len(evidence)} points" if yes else "not seen"
        verdict = f"{seen} in {sum(item.runs for item in evidence)} runs"
    elif not yes and not no:
        verdict = "not decided"
    else:
        word = "holds" if not no else "holds in part" if yes else "does not hold"
        verdict = f"{word}: {yes} for, {no} against" + f", {unsure} not decided" * bool(unsure)
    return Verdict(verdict, evidence)


def compare(
    claim: Claim, axis: str, *values: tuple[Any, Any], experiments: tuple[str, ...], **where: Any
) -> Look:
    """Claims of the end-to-end times at each pair of values of an axis.

    Without `values`, the least value is compared with the greatest. `where` restricts the points.
    """

    def look(points: pl.DataFrame) -> list[Evidence]:
        own = pick(points, "time_end_to_end", *experiments, **where)
        return [
            Evidence(
                f"{_name(row, axis)}: {words.interval(row)}",
                claim(row, axis),
                (row["id"], row["id_base"]),
            )
            for over, under in values or filter(None, [extremes(own, axis)])
            for row in pairs(own, axis, over, under)
        ]

    return look


def slower(row: Row, axis: str) -> bool | None:
    """The first takes longer than the second."""
    return bool(row["slower"]) if row["decided"] else None


def no_faster(row: Row, axis: str) -> bool | None:
    """The second, which has more, gains less than the noise floor."""
    gains_nothing = row["ratio_high"] is not None and row["ratio_high"] < row["noise_floor"]
    return True if gains_nothing else False if row["decided"] else None


def alike(row: Row, axis: str) -> bool | None:
    """The times differ by less than the noise floor."""
    low, floor = row["ratio_low"], row["noise_floor"]
    is_alike = low is not None and low > 1 / floor and row["ratio_high"] < floor
    return True if is_alike else False if row["decided"] else None


def speed_up(share: float) -> Claim:
    """More of an axis is faster, by at least this share of what was added."""

    def claim(row: Row, axis: str) -> bool | None:
        if row["ratio_low"] is None:
            return None
        ideal = share * row[f"{axis}_base"] / row[axis]
        return True if row["ratio_low"] >= ideal else False if row["ratio_high"] < ideal else None

    return claim


def _name(row: Row, axis: str) -> str:
    """What is equal in a pair, and both values of the axis that differs."""
    parts = [words.tool(row["tool"])] if axis != "tool" else []
    parts += [words.task(row["task"]), words.size(row)]
    for name in ("cores", "nodes", "layout", "chunks", "partitions", "settings", "cache"):
        if name != axis and row[name] is not None:
            parts.append(f"{words.AXES[name]} {row[name]}")
    values = " / ".join(words.tool(str(row[side])) for side in (axis, f"{axis}_base"))
    return f"{', '.join(parts)}; {values}" + f" {axis}" * (axis in ("cores", "nodes"))
