"""overview.json: how each tool stands, the tools side by side at each task, confirmed changes."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from benchmarks._harness import registry
from tools.alerts import events, states
from tools.alerts.events import Event, SeriesChange
from tools.alerts.verdicts import SEEN
from tools.detection.changes import Change
from tools.environments.plan import STACKS
from tools.results.metrics import NOTABLE
from tools.results.series import Series
from tools.results.series_key import plain, tool_class
from tools.results.table import Table
from tools.site.series_pages import Axis, of_series
from tools.site.site_data import COMPARED

_OPEN = (states.CONFIRMED, states.ACKNOWLEDGED)
_NOTABLE = math.exp(NOTABLE)  # ratio of a change that counts as seen
_RATHER = 1.25  # times the points that another trend needs, to be shown instead
_DRAWN = 120  # points of a trend

Record = dict[str, Any]


_Name = tuple[str, str]  # metric, and the parameters and the environment without its branch
_Group = dict[str, Series]  # by tool, in the order of the registry


def of(
    all_series: Sequence[Series],
    axis: Axis,
    table: Table,
    branches: Mapping[str, Sequence[str]],
    all_events: Sequence[Event],
    seen: Sequence[tuple[Change, str]],
) -> Record:
    """The content of overview.json.

    `branches` has the commits of each branch, newest first; `seen` are the changes in the results
    with their verdicts.
    """
    changes = [event for event in all_events if event.kind != events.MACHINE]
    changes = [event for event in changes if event.state != states.MERGED]
    measured = _measured_at(table)
    by_task = _by_task(all_series, branches)
    shared = Counter(name for groups in by_task.values() for name in groups)
    return {
        "tools": [
            state
            for branch, newest_first in branches.items()
            if (state := _tool(branch, newest_first, axis, measured, changes, seen))
        ],
        "measured_at": max(measured.values(), default=None),
        "tasks": [
            _task(task, groups, shared, axis, changes) for task, groups in by_task.items()
        ],
        "confirmed": [_event(event, axis) for event in changes if event.proven],
    }  # fmt: skip


def _measured_at(table: Table) -> dict[str, int]:
    """When each commit was last measured, in ms; 0 where that is not recorded."""
    rows = (
        table.values.join(table.readable.lazy(), on="number")
        .group_by("commit")
        .agg(pl.col("started_at").max().fill_null(0))
        .collect()
    )
    return dict(rows.iter_rows())


def _tool(
    branch: str,
    newest_first: Sequence[str],
    axis: Axis,
    measured: Mapping[str, int],
    changes: Iterable[Event],
    seen: Iterable[tuple[Change, str]],
) -> Record | None:
    """How the tool of a branch stands; None where nothing of it was measured."""
    at = next((at for at, commit in enumerate(newest_first) if commit in measured), None)
    if at is None:
        return None
    commit = newest_first[at]
    own = [event for event in changes if event.tool == branch]
    return {
        "tool": branch,
        "commit": commit,
        "date": axis.dates[commit],
        "measured_at": measured[commit] or None,
        "newer": at,  # commits that are not measured yet
        "checked": bool(own),
        "open": [_event(event, axis) for event in own if event.proven and event.state in _OPEN],
        "seen": sum(
            change.tool == branch
            and verdict == SEEN
            and change.size >= _NOTABLE
            and not (change.control or change.machine)
            for change, verdict in seen
        ),
    }


def _event(event: Event, axis: Axis) -> Record:
    """A confirmed event, with the ratio that was proven."""
    new = event.ends[1]
    return {
        "id": event.id,
        "tool": event.tool,
        "state": event.state,
        "better": event.better,
        **change_of(event, event.headline),
        "commit": new,
        "date": axis.dates.get(new),
        "exact": event.commit is not None,
        "series": len(event.series),
        "stack": event.stack,
    }


def change_of(event: Event, line: SeriesChange) -> Record:
    """A series of an event, with its ratio; JSON has no infinity: None then."""
    ratio = event.ratio(line)
    return {
        "benchmark": line.key.benchmark,
        "parameters": line.key.plain,
        "unit": line.unit,
        "ratio": ratio if math.isfinite(ratio) else None,
    }


def _task(
    task: str,
    groups: Mapping[_Name, _Group],
    shared: Mapping[_Name, int],
    axis: Axis,
    changes: Iterable[Event],
) -> Record:
    """A row of a task: its tools on the same data, and a trend.

    `shared` is the number of tasks that have a group of the same conditions.
    """
    compared = max(groups, key=lambda name: _comparable(name, groups[name], shared[name]))
    trend = max(groups, key=lambda name: _lasting(name, groups[name], compared))
    lines = {t: series for t, series in groups[trend].items() if len(series.points) > 1}
    return {
        "task": task,
        "compared": _compared(groups[compared], axis),
        "trend": {
            **_conditions(next(iter(lines.values()))),
            "lines": [
                {"tool": tool, "series": of_series(series), "points": _points(series, axis)}
                for tool, series in lines.items()
            ],
        }
        if lines
        else None,
        "changes": [
            shown
            for event in changes
            if event.proven and (shown := _change(event, task, lines.values(), axis))
        ],
    }


def _by_task(
    all_series: Iterable[Series], branches: Container[str]
) -> dict[str, dict[_Name, _Group]]:
    """For each task that has timings, those under equal conditions, one of each tool.

    A tool's are those on its own branch. A program has series on each branch: the longest counts,
    and of equal ones the newest.
    """
    by_task: dict[str, dict[_Name, _Group]] = {task: defaultdict(dict) for task in registry.TASKS}
    for series in all_series:
        task, *_, metric = series.benchmark.split(".")
        tool = tool_class(series.benchmark)
        if task not in by_task or metric not in COMPARED or tool not in registry.TOOLS:
            continue
        if tool in branches and tool != series.branch:
            continue  # Sgkit with the commits of Dask
        others = {k: v for k, v in series.environment.items() if k != "branch"}
        group = by_task[task][metric, json.dumps([series.parameters, others], sort_keys=True)]
        if tool not in group or _length(group[tool]) < _length(series):
            group[tool] = series
    order = list(registry.TOOLS)
    return {
        task: {
            name: dict(sorted(group.items(), key=lambda item: order.index(item[0])))
            for name, group in groups.items()
        }
        for task, groups in by_task.items()
        if groups
    }


def _length(series: Series) -> tuple[int, int]:
    return len(series.points), series.revisions[-1]


def _comparable(name: _Name, group: _Group, tasks: int) -> tuple[float, ...]:
    """How well a group compares tools.

    The most tools count first, then conditions of many tasks, what users wait for, the stack on
    which only the tool varies, many points, and long times.
    """
    stack = next(iter(group.values())).environment.get("stack")
    return (
        len(group),
        tasks,
        -COMPARED.index(name[0]),
        stack == STACKS[0],
        sum(len(series.points) for series in group.values()),
        sum(series.points[-1].value for series in group.values()),
    )


def _lasting(name: _Name, group: _Group, compared: _Name) -> tuple[float, ...]:
    """How well a group shows a trend: its points, rather of the comparison's conditions."""
    points = sum(len(series.points) for series in group.values() if len(series.points) > 1)
    return points * (_RATHER if name == compared else 1), -COMPARED.index(name[0])


def _conditions(series: Series) -> Record:
    environment = {k: v for k, v in series.environment.items() if k in ("stack", "machine")}
    return {
        "metric": series.key.metric,
        "parameters": {name: plain(value) for name, value in series.parameters.items()},
        **environment,
    }


def _compared(group: _Group, axis: Axis) -> Record:
    """The newest value of each tool, and its ratio to the fastest."""
    newest = {tool: series.points[-1] for tool, series in group.items()}
    fastest = min(point.value for point in newest.values())
    return {
        **_conditions(next(iter(group.values()))),
        "tools": [
            {
                "tool": tool,
                "series": of_series(group[tool]),
                "benchmark": group[tool].benchmark,
                "branch": group[tool].branch,
                "value": point.value,
                "interval": point.interval,
                "ratio": point.value / fastest if fastest > 0 else None,
                "commit": axis.commits[point.revision],
            }
            for tool, point in newest.items()
        ],
    }


def _points(series: Series, axis: Axis) -> list[list[float]]:
    """[date, value] of at most _DRAWN points; medians where there are more."""
    dates = np.array([axis.dates[axis.commits[revision]] for revision in series.revisions])
    count = min(_DRAWN, len(dates))
    return [
        [int(own[-1]), float(f"{np.median(values):.4g}")]
        for own, values in zip(
            np.array_split(dates, count),
            np.array_split(series.columns.values, count),
            strict=True,
        )
    ]


def _change(event: Event, task: str, lines: Iterable[Series], axis: Axis) -> Record | None:
    """A confirmed event as the row of a task shows it; None where it is of other tasks."""
    own = [line for line in event.series if line.key.benchmark.split(".")[0] == task]
    if not own:
        return None
    drawn = {series.key for series in lines if series.branch == event.tool}
    line = max(own, key=lambda line: (line.key in drawn, line.key in event.confirmed, line.size))
    return {**_event(event, axis), **change_of(event, line)}
