"""The rows behind a figure: values with intervals, what a reader can choose, what is not drawn."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tools.study import words
from tools.study.analysis.choices import ratio
from tools.study.analysis.editions import TODAY
from tools.study.analysis.measurements import Measurement, Measurements
from tools.study.page import records
from tools.study.page.figures import ORDER, TIMES, Figure

Row = records.Record

FULLEST = "fullest"  # of the choices of data: for each task the set that it has most points on
_FIRST = {"metric": TIMES[0], "edition": TODAY, "cache": "warm", "settings": "default"}


def make(figure: Figure, editions: Mapping[str, Sequence[Measurement]]) -> list[Row]:
    """A row for each of the figure's points, in an order that does not depend on the files."""
    found = []
    for edition, points in editions.items():
        own = [point for point in points if figure.shows(point)]
        rows = [_row(figure, edition, point) for point in own]
        _add_speedups(figure, own, rows)
        found += [row for row in rows if "x" in row]
    if all("task" in panel.where for panel in figure.panels):
        _mark_fullest(found)
    if figure.x == "edition" and len({row["edition"] for row in found}) < 2:
        return []  # there is nothing to compare
    return sorted(found, key=lambda row: (row["series"], str(row["x"]), row["benchmark"]))


def _row(figure: Figure, edition: str, point: Measurement) -> Row:
    row = records.of(point, edition)
    if point.unit == "bytes":
        row |= {"value": point.value / 1e9, "median": point.median / 1e9, "unit": "GB"}
    row["series"] = _series(figure, row)
    x = row.get("hyperparameter", figure.x) if not figure.x else figure.x
    if x == "stage":
        row["x"] = point.metric.removeprefix("time_")
    elif x in row:
        row["x"] = row[x]
    return row


def _series(figure: Figure, row: Row) -> str:
    if figure.colour == "tool":
        return words.TOOLS[row["tool"]]
    if figure.colour == "engine":
        return f"Dask, {row['settings']}" if row["tool"] == "sgkit" else "Spark"
    return str(row.get(figure.colour, ""))


def _add_speedups(figure: Figure, points: Sequence[Measurement], rows: Sequence[Row]) -> None:
    """How many times as fast as with the least of what is on the x axis; 1 there.

    A line of one place has none, unless others too begin there: 1 would say that it gains nothing.
    """
    if not any(panel.column == "speedup" for panel in figure.panels):
        return
    lines = defaultdict(list)
    for point, row in zip(points, rows, strict=True):
        line = row["series"], row["metric"], tuple(equal_axes(figure, row).values())
        lines[line].append((point, row))
    least = min((row["x"] for row in rows), default=None)
    for own in lines.values():
        base, first = min(own, key=lambda pair: pair[1]["x"])
        if len(own) == 1 and first["x"] != least:
            continue
        for point, row in own:
            faster = ratio(base, point)
            row["speedup"], row["base"] = faster.value, first["x"]
            row["speedup_low"], row["speedup_high"] = faster.low, faster.high
            if point is base:
                row["speedup_low"] = row["speedup_high"] = None


def _mark_fullest(rows: Sequence[Row]) -> None:
    """Mark for each task the rows on the data set with most rows, of equals the largest."""
    by_task: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_task[row["task"]][row["data"]].append(row)
    for by_data in by_task.values():
        fullest = max(by_data.values(), key=lambda own: (len(own), _size(own[0]), own[0]["data"]))
        for row in fullest:
            row[FULLEST] = True


def equal_axes(figure: Figure, row: Row) -> dict[str, Any]:
    """The axes of a row that are neither on the x axis, nor a colour, nor fixed by a panel."""
    taken = {figure.x, figure.colour, *figure.where}
    taken |= {name for panel in figure.panels for name in panel.where}
    taken |= {panel.x for panel in figure.panels}
    if "hyperparameter" in taken:
        taken.add("task")
    if figure.colour == "engine":
        taken |= {"tool", "settings"}
    sizes = {"n_samples", "n_variants"}
    taken |= {"data"} if figure.x in sizes else sizes
    if figure.x == "stage":
        taken.add("metric")
    return {axis: row[axis] for axis in words.AXES if axis in row and axis not in taken}


def options(figure: Figure, rows: Sequence[Row]) -> dict[str, list[Any]]:
    """What a reader can choose: each axis that has more than one value left, with the values."""
    values: dict[str, set[Any]] = defaultdict(set)
    for row in rows:
        for axis, value in equal_axes(figure, row).items():
            values[axis].add(value)
    made = {
        axis: sorted(found, key=lambda value: (_place(axis, value), str(value)))
        for axis, found in values.items()
        if len(found) > 1
    }
    if "data" in made and any(FULLEST in row for row in rows):
        made["data"].insert(0, FULLEST)
    return made


def default(figure: Figure, rows: Sequence[Row], choices: Mapping[str, Sequence[Any]]) -> Row:
    """The choice to begin with: the one with most to see; of equals the plainest.

    It is today's, but for a figure of the study's of which the study's own release has more lines.
    """
    if not rows:
        return {}
    best: tuple[Any, ...] = ()
    chosen: Row = {}
    for values in itertools.product(*choices.values()):
        choice = dict(zip(choices, values, strict=True))
        shown = select(rows, choice)
        places = {(row["series"], row["x"], row.get("task"), row["metric"]) for row in shown}
        plain = sum(choice.get(axis) == value for axis, value in _FIRST.items())
        size = max(map(_size, shown), default=0)
        lines = len({row["series"] for row in shown}) if figure.study else 0
        today = choice.get("edition", TODAY) == TODAY
        score = (lines, today, len(places), plain, size)
        if score > best:
            best, chosen = score, choice
    return chosen


def select(rows: Iterable[Row], choice: Mapping[str, Any]) -> list[Row]:
    """The rows of a choice; one that does not have an axis fits all of its values."""
    return [
        row
        for row in rows
        if all(
            FULLEST in row if value == FULLEST else axis not in row or row[axis] == value
            for axis, value in choice.items()
        )
    ]


def too_large(figure: Figure, measured: Measurements) -> str:
    """Which declared places on the x axis this machine has too few cores for, in words."""
    if figure.x not in ("cores", "nodes"):
        return ""
    here = int(measured.machine.get("physical_cores") or 0)
    beyond: dict[str, set[int]] = defaultdict(set)
    for name, entry in measured.declared.items():
        if name.split(".")[0] not in figure.experiments or figure.x not in entry["param_names"]:
            continue
        axes = dict(zip(entry["param_names"], entry["params"], strict=True))
        layouts = [text.strip("'") for text in axes.get("layout", ["1x1"])]
        for layout in layouts:
            if layout == "any" or layout not in figure.where.get("layout", layouts):
                continue
            workers, threads = (int(number) for number in layout.split("x"))
            beyond[layout] |= {
                int(count) for count in axes[figure.x] if int(count) * workers * threads > here
            }
    alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for layout, counts in beyond.items():
        if counts:
            alike[tuple(sorted(counts))].append(layout)
    said = [
        words.listed(counts)
        + (f" of {words.listed(layouts, 'or')}" if figure.x == "nodes" else "")
        for counts, layouts in alike.items()
    ]
    if not here or not said:
        return ""
    return f"Not drawn, as this machine has {here} physical cores: {figure.x} {'; '.join(said)}."


def _size(row: Row) -> int:
    return int(row.get("n_samples", 0)) * int(row.get("n_variants", 0))


def _place(axis: str, value: Any) -> Any:
    if axis == "metric":
        return list(words.METRICS).index(value)
    if axis == "task":
        return list(words.TASKS).index(value)
    order = ORDER.get(axis, [])
    if value in order:
        return order.index(value)
    return value if isinstance(value, (int, float)) else 0
