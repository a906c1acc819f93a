"""Vega-Lite descriptions of the panels: the same for the page and for files."""

from __future__ import annotations

import copy
import textwrap
from collections.abc import Sequence
from typing import Any

import polars as pl

from benchmarks._harness import registry
from tools.study import words
from tools.study.page.figures import Figure, Panel
from tools.study.page.views import View

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
# Okabe and Ito's colours, told apart with any kind of colour vision
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
_TOOLS = {tool.label: tool.colour for tool in registry.TOOLS.values()}  # the same everywhere
_LINE = 55  # characters of a subtitle above each panel
_DRAWN = ["series", "x", "base", "value", "low", "high", "speedup", "speedup_low", "speedup_high",
          "data", "release"]  # fmt: skip


def series(figure: Figure, rows: pl.DataFrame) -> list[dict[str, str]]:
    """The series of a figure with their colours and shapes, in the order of the legend."""
    names = sorted(rows["series"].unique())
    order = words.ORDER.get(figure.colour, [])
    names.sort(key=lambda name: order.index(name) if name in order else len(order))
    return [
        {
            "name": name,
            "colour": _TOOLS.get(name, COLOURS[index % len(COLOURS)]),
            "shape": SHAPES[index % len(SHAPES)],
        }
        for index, name in enumerate(names)
    ]


def describe(figure: Figure, panel: Panel, rows: pl.DataFrame) -> dict[str, Any]:
    """One panel without its data and ticks, the same for each choice among a figure's rows."""
    axis = panel.x or figure.x
    own = panel.select(rows)
    legend = series(figure, rows)
    numeric = rows.schema["x"].is_numeric()
    low, high = ("low", "high") if panel.column == "value" else ("speedup_low", "speedup_high")
    marks: list[dict[str, Any]] = [
        {
            "transform": [{"filter": f"isValid(datum.{low}) && isValid(datum.{high})"}],
            "mark": {"type": "rule", "strokeWidth": 1.5},
            "encoding": {"y": {"field": low, "type": "quantitative"}, "y2": {"field": high}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                "shape": _by_series(legend, "shape"),
                "tooltip": _tooltip(panel, axis, low, high, own),
            },
        },
    ]
    if numeric:
        marks.insert(0, {"mark": {"type": "line", "strokeWidth": 2, "opacity": 0.7}})
    if panel.column == "speedup":
        marks.insert(0, _IDEAL)
    encoding = {
        "x": _x(axis, own, numeric),
        "y": _y(panel, own),
        "color": _by_series(legend, "colour"),
    }
    if not numeric and len(legend) > 1:  # beside each other, where they would cover each other
        names = [each["name"] for each in legend]
        encoding["xOffset"] = {"field": "series", "type": "nominal", "scale": {"domain": names}}
    return {"layer": marks, "encoding": encoding, "height": 210}


def whole(
    figure: Figure, specs: Sequence[dict[str, Any]], rows: pl.DataFrame, view: View
) -> dict[str, Any]:
    """A figure as one description with the rows of a view, a subtitle and a legend, for a file."""
    drawn = []
    for panel, spec, shown in zip(figure.panels, specs, view["panels"], strict=True):
        if shown is None:
            continue
        data = {"values": panel.select(rows).select(_DRAWN).to_dicts()}
        spec = {**copy.deepcopy(spec), "data": data, "width": 260, "title": shown["title"]}
        x, y = spec["encoding"]["x"], spec["encoding"]["y"]
        if x["type"] == "quantitative":
            x["axis"]["values"] = shown["x"]
        if panel.column == "value":
            y["title"] = shown["unit"]
        if y["scale"].get("type") == "log":
            y["axis"]["values"] = shown["y"]
        spec["encoding"]["color"]["legend"] = {"title": None}
        spec["layer"][-1]["encoding"]["shape"]["legend"] = {"title": None}
        drawn.append(spec)
    return {
        "$schema": SCHEMA,
        "title": {
            "text": f"{f'Figure {figure.id}: ' if figure.study else ''}{figure.title}",
            "subtitle": textwrap.wrap(view["conditions"], _LINE * min(2, len(drawn))),
        },
        "background": "white",
        "config": {"font": "Liberation Sans, Arial, sans-serif", "title": {"anchor": "start"}},
        "columns": 2 if len(drawn) in (2, 4) else 3,
        "concat": drawn,
    }


def _by_series(legend: Sequence[dict[str, str]], what: str) -> dict[str, Any]:
    scale = {"domain": [each["name"] for each in legend], "range": [each[what] for each in legend]}
    return {"field": "series", "type": "nominal", "scale": scale, "legend": None}


def _x(axis: str, rows: pl.DataFrame, numeric: bool) -> dict[str, Any]:
    encoding = {"field": "x", "title": words.AXES.get(axis, axis)}
    if not numeric:
        values, order = sorted(rows["x"].unique()), words.ORDER.get(axis, [])
        values.sort(key=lambda value: order.index(value) if value in order else len(order))
        return {**encoding, "type": "nominal", "sort": values, "axis": {"labelAngle": 0}}
    form = "~s" if axis in ("n_samples", "n_variants") else "~g"
    return {
        **encoding,
        "type": "quantitative",
        "scale": {"type": "log", "nice": False, "padding": 14},
        "axis": {"format": form, "labelOverlap": "greedy"},
    }


def _y(panel: Panel, rows: pl.DataFrame) -> dict[str, Any]:
    unit = rows["unit"][0] if len(rows) else ""
    title = "times as fast" if panel.column == "speedup" else unit
    encoding = {"field": panel.column, "type": "quantitative", "title": title}
    if rows.is_empty() or unit == "share" or (rows[panel.column] <= 0).any():
        return {**encoding, "scale": {"zero": True, "padding": 8}}
    scale = {"type": "log", "nice": False, "padding": 14}
    return {**encoding, "scale": scale, "axis": {"format": "~g"}}


# the line of a speed-up that is as large as what was added, from each least to the most
_IDEAL = {
    "transform": [{"calculate": "datum.x / datum.base", "as": "ideal"}],
    "mark": {"type": "line", "strokeDash": [5, 4], "strokeWidth": 1.5, "color": "#888888"},
    "encoding": {
        "y": {"field": "ideal", "type": "quantitative"},
        "detail": {"field": "base"},
        "color": {"value": "#888888"},
    },
}


def _tooltip(
    panel: Panel, axis: str, low: str, high: str, rows: pl.DataFrame
) -> list[dict[str, Any]]:
    fields = [("series", "series"), ("x", words.AXES.get(axis, axis)), (panel.column, "value")]
    intervals = ((low, "95 % from"), (high, "95 % to"))
    fields += [(field, title) for field, title in intervals if rows[field].is_not_null().any()]
    fields += [("data", "data set"), ("release", "release")]
    return [
        {"field": field, "title": title, "type": "quantitative", "format": ".4~g"}
        if field in (panel.column, low, high)
        else {"field": field, "title": title, "type": "nominal"}
        for field, title in fields
    ]
