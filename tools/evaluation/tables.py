"""The evaluation as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import fmean
from typing import Any

from rich.table import Table

from tools.evaluation import evaluate


def tables(report: Mapping[str, Mapping[str, Any]]) -> Iterator[Table]:
    """One table for each part of the report: {part: {detector: its figures}}."""
    if "labels" in report:
        yield _labels(report["labels"])
    yield _alarms("alarms per 1,000 points without a change", report["without_change"])
    yield _alarms(f"the same, in series of {evaluate.LONG[0]} points", report["in_long_series"])
    yield _alarms("alarms per 1,000 nights without a change", report["by_night"])
    yield _found(report["with_step"])
    yield _delays(report["with_step"])


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left")
    return table


def _labels(found: Mapping[str, Mapping[str, Any]]) -> Table:
    latency = [f"at {points}" for points in evaluate.LATENCY]
    table = _table(
        "people's labels (at N: recall with the series cut N points after the change)",
        *("detector", "recall", "false / 1,000", "unmarked alerted", *latency),
    )
    for name, figures in found.items():
        table.add_row(
            name,
            f"{figures['recall']:.2f}",
            f"{figures['false_alarms']:.2f}",
            f"{figures['unmarked_alerted']:.0%}",
            *(f"{recall:.2f}" for recall in figures["recall_by_points_after"].values()),
        )
    return table


def _alarms(title: str, found: Mapping[str, Mapping[str, float]]) -> Table:
    table = _table(title, "noise", *found)
    for kind in next(iter(found.values())):
        table.add_row(kind, *(f"{figures[kind]:.2f}" for figures in found.values()))
    return table


def _found(found: Mapping[str, list[dict[str, Any]]]) -> Table:
    """The share of steps that is found, over all kinds and levels of noise."""
    table = _table(
        "% of steps found with N points after them, over all kinds and levels of noise",
        *("detector", "step", *map(str, evaluate.AFTER)),
    )
    for name, rows in found.items():
        for step in evaluate.STEPS:
            recalls = [row["recall"] for row in rows if row["step"] == step]
            shares = (fmean(recall[after] for recall in recalls) for after in evaluate.AFTER)
            table.add_row(name, f"{step:.0%}", *(f"{share:.0%}" for share in shares))
    return table


def _delays(found: Mapping[str, list[dict[str, Any]]]) -> Table:
    table = _table(
        "points after a step with which 80 % are found (-: not with "
        f"{evaluate.AFTER[-1]}; --json has the shares)",
        *("noise", "sd", "step", *found),
    )
    for rows in zip(*found.values(), strict=True):
        row = rows[0]
        delays = (str(one["delay"] or "-") for one in rows)
        table.add_row(row["kind"], f"{row['noise']:.0%}", f"{row['step']:.0%}", *delays)
    return table
