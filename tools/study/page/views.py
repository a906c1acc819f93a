"""What a figure shows for one choice: conditions, titles and ticks, for the page and for files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from tools.study import words
from tools.study.analysis.editions import TITLES
from tools.study.page import rows
from tools.study.page.figures import Figure, Panel

NAMES = {
    "metric": words.METRICS, "task": words.TASKS, "tool": words.TOOLS, "edition": TITLES,
    "data": {rows.FULLEST: "each task's fullest"},
}  # fmt: skip

View = dict[str, Any]


def of(figure: Figure, all_rows: pl.DataFrame, choices: rows.Choices) -> dict[str, View]:
    """The views of all choices, by key(): `conditions`, the `missing` panels in words, `panels`.

    A panel has `title`, the `x` and `y` ticks and the `unit`; null where it draws nothing.
    """
    constant = _constant(figure, all_rows)
    scope = " for this choice" if choices else ""
    views = {}
    for choice in rows.combinations(choices):
        shown = rows.select(all_rows, choice)
        panels = [_panel(panel, panel.select(shown)) for panel in figure.panels]
        empty = [p.title for p, view in zip(figure.panels, panels, strict=True) if view is None]
        views[key(choices, choice)] = {
            "conditions": "; ".join([*constant, *_chosen(shown, choice)]),
            "missing": f"Not measured{scope}: {'; '.join(empty)}." if empty else "",
            "panels": panels,
        }
    return views


def key(choices: rows.Choices, choice: rows.Choice) -> str:
    """The indices of the chosen values: "0,2,1"."""
    return ",".join(str(choices[axis].index(value)) for axis, value in choice.items())


def _constant(figure: Figure, all_rows: pl.DataFrame) -> list[str]:
    """What is the same for all points of a figure."""
    parts = []
    for axis in figure.free_axes:
        values = all_rows[axis].drop_nulls().unique()
        if len(values) == 1:
            parts.append(_named(axis, values[0]))
    if all_rows["chunks"].is_null().all() and all_rows["partitions"].is_null().all():
        parts.append("chunks and partitions: as prepared")
    return parts


def _chosen(shown: pl.DataFrame, choice: rows.Choice) -> list[str]:
    """What was chosen, the size of the data if it is the same for all points, the releases."""
    parts = [_named(axis, value) for axis, value in choice.items()]
    sizes = set(zip(shown["n_samples"], shown["n_variants"], strict=True))
    if len(sizes) == 1:
        [(n_samples, n_variants)] = sizes
        parts.append(words.size({"n_samples": n_samples, "n_variants": n_variants}))
    releases = set(zip(shown["tool"], shown["release"], strict=True))
    return [*parts, ", ".join(sorted(f"{words.tool(tool)} {text}" for tool, text in releases))]


def _panel(panel: Panel, own: pl.DataFrame) -> View | None:
    if own.is_empty():
        return None
    data = own["data"].unique()
    values = own[panel.column].to_list()
    if panel.column == "speedup":  # the line of the ideal is drawn too
        values += (own["x"] / own["base"]).to_list()
    return {
        "title": f"{panel.title}, {data[0]}" if "task" in panel.where and len(data) == 1
        else panel.title,
        "x": own["x"].unique().sort().to_list(),
        "y": ticks(values) if min(values) > 0 else [],
        "unit": own["unit"][0],
    }  # fmt: skip


def ticks(values: Sequence[float]) -> list[float]:
    """Round numbers for a log axis between these values, which are above 0."""
    low, high = min(values) / 1.02, max(values) * 1.02
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for least, steps in ((3, (1,)), (3, (1, 2, 5)), (2, (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9))):
        round_numbers = (
            float(f"{step * 10.0**decade:.3g}") for decade in decades for step in steps
        )
        inside = [tick for tick in round_numbers if low <= tick <= high]
        if len(inside) >= least:
            return inside
    middle = math.sqrt(low * high)
    few = [middle] if high / low < 1.1 else [min(values), middle, max(values)]
    return [float(f"{value:.3g}") for value in few]


def _named(axis: str, value: Any) -> str:
    name = NAMES.get(axis, {}).get(value)
    return f"{words.AXES[axis]}: {name or (f'{value:,}' if isinstance(value, int) else value)}"
