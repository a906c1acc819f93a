"""Vega-Lite descriptions of the panels: the same one is drawn in the page and as a file."""

from __future__ import annotations

import copy
import math
import textwrap
from collections.abc import Sequence
from typing import Any

from tools.study import words
from tools.study.page.figures import ORDER, Figure, Panel
from tools.study.page.rows import Row

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
# Okabe and Ito's colours, told apart with any kind of colour vision; a tool has always the same
TOOLS = {"Sgkit": "#0072B2", "Hail": "#D55E00", "PLINK": "#009E73"}
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_LINE = 55  # characters of a subtitle above each panel
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def series(figure: Figure, rows: Sequence[Row]) -> list[dict[str, str]]:
    """The series of a figure with their colours and shapes, in the order of the legend."""
    names = {row["series"] for row in rows}
    known = [*TOOLS, *ORDER.get(figure.colour, ())]
    ordered = [name for name in known if name in names] + sorted(names - set(known))
    return [
        {
            "name": name,
            "colour": TOOLS.get(name, COLOURS[place % len(COLOURS)]),
            "shape": SHAPES[place % len(SHAPES)],
        }
        for place, name in enumerate(ordered)
    ]


def describe(figure: Figure, panel: Panel, rows: Sequence[Row]) -> dict[str, Any]:
    """One panel without its data and ticks, the same for each choice among a figure's rows."""
    axis = panel.x or figure.x
    own = rows_of(panel, rows)
    listed = series(figure, rows)
    numeric = bool(own) and not isinstance(own[0]["x"], str)
    low, high = ("low", "high") if panel.column == "value" else ("speedup_low", "speedup_high")
    y = _y(panel, own)
    marks: list[dict[str, Any]] = [
        {
            "transform": [{"filter": f"isValid(datum.{low}) && isValid(datum.{high})"}],
            "mark": {"type": "rule", "strokeWidth": 1.5},
            "encoding": {"y": {"field": low, "type": "quantitative"}, "y2": {"field": high}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                "shape": _by_series(listed, "shape"),
                "tooltip": _tooltip(panel, axis, own),
            },
        },
    ]
    if numeric:
        marks.insert(0, {"mark": {"type": "line", "strokeWidth": 2, "opacity": 0.7}})
    if panel.column == "speedup":
        marks.insert(0, _ideal())
    encoding = {"x": _x(axis, own), "y": y, "color": _by_series(listed, "colour")}
    if not numeric and len(listed) > 1:  # beside each other, where they would cover each other
        names = [one["name"] for one in listed]
        encoding["xOffset"] = {"field": "series", "type": "nominal", "scale": {"domain": names}}
    return {"layer": marks, "encoding": encoding, "height": 210}


def rows_of(panel: Panel, rows: Sequence[Row]) -> list[Row]:
    """The rows that a panel draws."""
    return [
        row
        for row in rows
        if all(row.get(name) == value for name, value in panel.where.items())
        and row.get(panel.column) is not None
    ]


def whole(
    figure: Figure, specs: Sequence[dict[str, Any]], rows: Sequence[Row], under: str
) -> dict[str, Any]:
    """A figure as one description with its data, a subtitle and a legend, for a file."""
    drawn = []
    for panel, spec in zip(figure.panels, specs, strict=True):
        own = rows_of(panel, rows)
        if own:
            one = {**copy.deepcopy(spec), "data": {"values": own}, "width": 260}
            drawn.append({**one, "title": title(panel, own)})
            x, y = one["encoding"]["x"], one["encoding"]["y"]
            if x["type"] == "quantitative":
                x["axis"]["values"] = sorted({row["x"] for row in own})
            if panel.column == "value":
                y["title"] = own[0]["unit"]
            if y["scale"].get("type") == "log":
                y["axis"]["values"] = ticks(drawn_values(panel, own))
            one["encoding"]["color"]["legend"] = {"title": None}
            one["layer"][-1]["encoding"]["shape"]["legend"] = {"title": None}
    return {
        "$schema": SCHEMA,
        "title": {
            "text": f"{f'Figure {figure.id}: ' if figure.study else ''}{figure.title}",
            "subtitle": textwrap.wrap(under, _LINE * min(2, len(drawn))),
        },
        "background": "white",
        "config": {"font": "Liberation Sans, Arial, sans-serif", "title": {"anchor": "start"}},
        "columns": 2 if len(drawn) in (2, 4) else 3,
        "concat": drawn,
    }


def title(panel: Panel, rows: Sequence[Row]) -> str:
    """A panel's title, with the data set where panels may differ in it."""
    data = {row["data"] for row in rows}
    one = "task" in panel.where and len(data) == 1
    return f"{panel.title}, {data.pop()}" if one else panel.title


def drawn_values(panel: Panel, rows: Sequence[Row]) -> list[float]:
    """What is to be seen on the y axis; of a speed-up the ideal too."""
    values = [row[panel.column] for row in rows]
    return values + [row["x"] / row["base"] for row in rows if panel.column == "speedup"]


def ticks(values: Sequence[float]) -> list[float]:
    """Round numbers for a log axis between these values; study-figures.js has the same."""
    low, high = min(values) / 1.02, max(values) * 1.02
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for least, steps in ((3, (1,)), (3, (1, 2, 5)), (2, (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9))):
        found = [step * 10.0**decade for decade in decades for step in steps]
        found = [tick for tick in found if low <= tick <= high]
        if len(found) >= least:
            return found
    if high / low < 1.1:
        return [float(f"{math.sqrt(low * high):.3g}")]
    return [float(f"{value:.3g}") for value in (min(values), math.sqrt(low * high), max(values))]


def _by_series(listed: Sequence[dict[str, str]], what: str) -> dict[str, Any]:
    scale = {"domain": [one["name"] for one in listed], "range": [one[what] for one in listed]}
    return {"field": "series", "type": "nominal", "scale": scale, "legend": None}


def _x(axis: str, rows: Sequence[Row]) -> dict[str, Any]:
    found = sorted({row["x"] for row in rows}, key=lambda value: (isinstance(value, str), value))
    named = words.AXES.get(axis, axis)
    if found and isinstance(found[0], str):
        order = [name for name in ORDER.get(axis, ()) if name in found]
        return {
            "field": "x",
            "type": "nominal",
            "title": named,
            "sort": [*order, *(name for name in found if name not in order)],
            "axis": {"labelAngle": 0},
        }
    form = "~s" if axis in ("n_samples", "n_variants") else "~g"
    return {
        "field": "x",
        "type": "quantitative",
        "title": named,
        "scale": {"type": "log", "nice": False, "padding": 14},
        "axis": {"format": form, "labelOverlap": "greedy"},
    }


def _y(panel: Panel, rows: Sequence[Row]) -> dict[str, Any]:
    made: dict[str, Any] = {"field": panel.column, "type": "quantitative"}
    values = [row[panel.column] for row in rows]
    unit = rows[0]["unit"] if rows else ""
    named = "times as fast" if panel.column == "speedup" else unit
    if not values or min(values) <= 0 or unit == "share":
        return {**made, "title": named, "scale": {"zero": True, "padding": 8}}
    scale = {"type": "log", "nice": False, "padding": 14}
    return {**made, "title": named, "scale": scale, "axis": {"format": "~g"}}


def _ideal() -> dict[str, Any]:
    """The line of a speed-up that is as large as what was added, from each least to the most."""
    return {
        "transform": [{"calculate": "datum.x / datum.base", "as": "ideal"}],
        "mark": {"type": "line", "strokeDash": [5, 4], "strokeWidth": 1.5, "color": "#888888"},
        "encoding": {
            "y": {"field": "ideal", "type": "quantitative"},
            "detail": {"field": "base"},
            "color": {"value": "#888888"},
        },
    }


def _tooltip(panel: Panel, axis: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    shown = [
        {"field": "series", "title": "series", "type": "nominal"},
        {"field": "x", "title": words.AXES.get(axis, axis), "type": "nominal"},
        {"field": panel.column, "title": "value", "type": "quantitative", "format": ".4~g"},
    ]
    low, high = ("low", "high") if panel.column == "value" else ("speedup_low", "speedup_high")
    for field, named in ((low, "95 % from"), (high, "95 % to")):
        if any(row.get(field) is not None for row in rows):
            shown.append(
                {"field": field, "title": named, "type": "quantitative", "format": ".4~g"}
            )
    shown.append({"field": "data", "title": "data set", "type": "nominal"})
    shown.append({"field": "release", "title": "release", "type": "nominal"})
    return shown
