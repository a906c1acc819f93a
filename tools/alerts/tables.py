"""The evaluation as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from tools.alerts import evaluate


def tables(report: Mapping[str, Mapping[str, Any]]) -> Iterator[Table]:
    """One table for each part of the report: {part: {detector: its figures}}."""
    if "labels" in report:
        yield _labels(report["labels"])
    yield _alarms("alarms per 1,000 points without a change", report["without_change"])
    yield _alarms("alarms per 1,000 nights without a change", report["by_night"])
    yield _steps(report["with_step"])


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


def _steps(found: Mapping[str, list[dict[str, Any]]]) -> Table:
    table = _table(
        f"% of steps found, by points after the step: {' / '.join(found)}",
        *("noise", "sd", "step", *map(str, evaluate.AFTER), "points for 80 %"),
    )
    for rows in zip(*found.values(), strict=True):
        row = rows[0]
        table.add_row(
            row["kind"],
            f"{row['noise']:.0%}",
            f"{row['step']:.0%}",
            *(
                " ".join(f"{100 * one['recall'][after]:3.0f}" for one in rows)
                for after in evaluate.AFTER
            ),
            " ".join(f"{one['delay'] or '-':>2}" for one in rows),
        )
    return table
