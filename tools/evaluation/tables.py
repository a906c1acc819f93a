"""The evaluation as tables for a terminal."""

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
    for part, (first, last) in {
        "by_night": evaluate.NIGHTS,
        "in_first_nights": evaluate.FIRST_NIGHTS,
    }.items():
        yield _alarms(
            f"alarms per 1,000 nights without a change, {first} to {last} points", report[part]
        )
    yield _shares(evaluate.BEFORE, report["with_step"])
    yield _shares(evaluate.FEW_BEFORE, report["with_early_step"])
    yield _by_kind(report["with_step"])
    yield _delays(report["with_step"])
    yield _counts(report["counts"])


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table


def _labels(detectors: Mapping[str, Mapping[str, Any]]) -> Table:
    latency = [f"at {points}" for points in evaluate.LATENCY]
    table = _table(
        "people's labels (at N: recall with the series cut N points after the change)",
        *("detector", "recall", "false / 1,000", "unmarked alerted", *latency),
    )
    for name, figures in detectors.items():
        table.add_row(
            name,
            f"{figures['recall']:.2f}",
            f"{figures['false_alarms']:.2f}",
            f"{figures['unmarked_alerted']:.0%}",
            *(f"{recall:.2f}" for recall in figures["recall_by_points_after"].values()),
        )
    return table


def _alarms(title: str, detectors: Mapping[str, Mapping[str, float]]) -> Table:
    table = _table(title, "noise", *detectors)
    for kind in next(iter(detectors.values())):
        table.add_row(kind, *(f"{figures[kind]:.2f}" for figures in detectors.values()))
    return table


def _shares(before: int, steps: Mapping[str, list[dict[str, Any]]]) -> Table:
    """The share of steps that is detected, over all kinds and levels of noise."""
    table = _table(
        f"% of steps detected with N points after them and {before} before, over all noise",
        *("detector", "step", *map(str, evaluate.AFTER)),
    )
    for name, rows in steps.items():
        for step in evaluate.STEPS:
            recalls = [row["recall"] for row in rows if row["step"] == step]
            shares = (fmean(recall[after] for recall in recalls) for after in evaluate.AFTER)
            table.add_row(name, f"{step:.0%}", *(f"{share:.0%}" for share in shares))
    return table


def _by_kind(steps: Mapping[str, list[dict[str, Any]]]) -> Table:
    """The shares of the first detector by kind of noise, at noise of 2 %."""
    name, rows = next(iter(steps.items()))
    table = _table(
        f"% of steps detected by {name!r} with N points after them, noise of 2 %",
        *("noise", "step", *map(str, evaluate.AFTER)),
    )
    for row in rows:
        if row["noise"] == 0.02:
            shares = (f"{share:.0%}" for share in row["recall"].values())
            table.add_row(row["kind"], f"{row['step']:.0%}", *shares)
    return table


def _counts(figures: Mapping[str, float]) -> Table:
    table = _table("counts without noise, and counts that fluctuate", "figure", "")
    for name, figure in figures.items():
        table.add_row(name, f"{figure:.1f}")
    return table


def _delays(steps: Mapping[str, list[dict[str, Any]]]) -> Table:
    table = _table(
        "points after a step with which 80 % are detected (-: not with "
        f"{evaluate.AFTER[-1]}; --json has the shares)",
        *("noise", "sd", "step", *steps),
    )
    for rows in zip(*steps.values(), strict=True):
        row = rows[0]
        delays = (str(own["delay"] or "-") for own in rows)
        table.add_row(row["kind"], f"{row['noise']:.0%}", f"{row['step']:.0%}", *delays)
    return table
