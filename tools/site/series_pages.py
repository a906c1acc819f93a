"""The data of the list and of the graphs: series.json, and a file for each series."""

from __future__ import annotations

import functools
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tools.detection.changes import Change
from tools.results.series import Series
from tools.site.staging import Staging

_TREND = 40  # values of a series in the list


@dataclass(frozen=True)
class Axis:
    """What a revision of asv's axis is: its commit, and the date of that in ms."""

    commits: Mapping[int, str]
    dates: Mapping[str, int]  # by commit


def identity(benchmark: str, parameters: Mapping[str, str], environment: Mapping[str, Any]) -> str:
    """The name of a series' file; `environment` has the branch."""
    text = json.dumps([benchmark, parameters, environment], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def of_series(series: Series) -> str:
    """The identity of a series."""
    return identity(series.benchmark, series.parameters, series.environment)


def write(
    staging: Staging,
    all_series: Iterable[Series],
    axis: Axis,
    rows: Iterable[tuple[Change, Mapping[str, Any]]],
    benchmarks: Iterable[str],
    controls: frozenset[str],
) -> dict[str, Any]:
    """Write series/ID.json for each series; returns the content of series.json.

    `rows` are the changes with their entries in changes.json, `benchmarks` the names of all that
    exist, and `controls` those that no upstream commit can change.
    """
    changes: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for change, row in rows:
        environment = {**change.environment, "branch": change.tool}
        changes[identity(change.benchmark, change.parameters, environment)].append(row)
    environments: dict[str, int] = {}
    listed = []
    for series in all_series:
        name = of_series(series)
        own = sorted(changes[name], key=lambda row: row["new_revision"])
        _write_points(staging, name, series, axis, own)
        text = json.dumps(series.environment, sort_keys=True)
        at = environments.setdefault(text, len(environments))
        listed.append(
            {
                "id": name,
                "benchmark": series.benchmark,
                "parameters": series.parameters,
                "environment": at,
                "points": len(series.points),
                "value": series.points[-1].value,
                "commit": axis.commits[series.points[-1].revision],
                "date": axis.dates[axis.commits[series.points[-1].revision]],
                "trend": _trend(series),
                "changes": [
                    [row["verdict"], row["better"], row["ratio"], row["event"]] for row in own
                ],
                **({"control": True} if series.benchmark in controls else {}),
            }
        )
    measured = {entry["benchmark"] for entry in listed}
    return {
        "environments": [json.loads(text) for text in environments],
        "series": listed,
        "unmeasured": sorted(set(benchmarks) - measured),
    }


def _write_points(
    staging: Staging, name: str, series: Series, axis: Axis, rows: Sequence[Mapping[str, Any]]
) -> None:
    columns = series.columns
    fixed = {
        "benchmark": series.benchmark,
        "parameters": series.parameters,
        "environment": series.environment,
        "changes": [{key: row[key] for key in _OF_CHANGE} for row in rows],
    }
    commits = [axis.commits[revision] for revision in series.revisions]
    key = hashlib.blake2b(json.dumps([fixed, commits]).encode(), digest_size=16)
    for column in (columns.values, columns.low, columns.high):
        key.update(column.tobytes())
    staging.write(
        f"series/{name}.json",
        key.hexdigest(),
        functools.partial(_text, fixed, commits, axis, series),
    )


_OF_CHANGE = (
    "old_commit", "new_commit", "old_value", "new_value", "ratio", "better", "kind", "verdict",
    "event",
)  # fmt: skip


def _text(fixed: dict[str, Any], commits: Sequence[str], axis: Axis, series: Series) -> str:
    columns = series.columns
    content = {
        **fixed,
        "commits": commits,
        "dates": [axis.dates[commit] for commit in commits],
        "values": columns.values.tolist(),
        "low": _without_nan(columns.low.tolist()),
        "high": _without_nan(columns.high.tolist()),
        "samples": None if columns.samples is None else _short(columns.samples),
    }
    return json.dumps(content, separators=(",", ":"), allow_nan=False)


def _without_nan(values: list[float]) -> list[float | None]:
    return [value if value == value else None for value in values]


def _short(samples: pl.Series) -> list[list[float] | None]:
    """The samples with five digits."""
    exact = samples.cast(pl.List(pl.Float64))
    return exact.list.eval(pl.element().round_sig_figs(5)).to_list()


def _trend(series: Series) -> list[float]:
    """At most _TREND of the values with three digits, the first and the newest among them."""
    values = series.columns.values
    at = np.linspace(0, len(values) - 1, min(_TREND, len(values))).round().astype(int)
    return [float(f"{value:.3g}") for value in values[at]]
