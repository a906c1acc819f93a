"""Measured series: the points in commit order of each benchmark, parameter set, environment."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from asv import _stats
from asv.graph import Graph
from asv.results import Results

from tools.results.series_key import SeriesKey

ENOUGH_FOR_INTERVAL = 6  # samples from which the 99 % interval of the median is meaningful
ENOUGH_FOR_RANGE = 3  # samples from which at least their range, doubled, says something


@dataclass(frozen=True)
class Point:
    """One measured commit of a series; `interval` is None where nothing is known of the noise."""

    revision: int
    value: float
    interval: tuple[float, float] | None
    weight: float | None = None


@dataclass
class Series:
    """The points of one line in asv's graphs."""

    benchmark: str
    index: int | None  # of the parameter set, in the order of itertools.product; None without
    parameters: dict[str, str]
    environment: dict[str, str | None]  # asv's graph parameters, `branch` and `machine` included
    path: str  # asv's name of the graph
    points: list[Point] = field(default_factory=list)

    @property
    def key(self) -> SeriesKey:
        """What names the benchmark and its parameter values in every record."""
        return SeriesKey.of(self.benchmark, self.parameters)

    @property
    def branch(self) -> str:
        return str(self.environment["branch"])


def interval_of(
    value: float, stats: Mapping[str, float] | None, samples: list[float] | None, unit: str
) -> tuple[float, float] | None:
    """Where the true value may lie, as far as the samples tell."""
    repeat = int(stats.get("repeat", 0)) if stats else 0
    if stats and repeat >= ENOUGH_FOR_INTERVAL:
        low, high = stats.get("ci_99_a", -math.inf), stats.get("ci_99_b", math.inf)
        if math.isfinite(low) and math.isfinite(high):
            return low, high
    if samples and len(samples) >= ENOUGH_FOR_RANGE:
        spare = (max(samples) - min(samples)) / 2
        return min(samples) - spare, max(samples) + spare
    if not samples and not stats and unit != "seconds":
        return value, value  # a count or a size, measured once: it has no samples
    return None


def read(
    results: Iterable[Results],
    benchmarks: Mapping[str, dict[str, Any]],
    revisions: Mapping[str, int],
    branches: Mapping[str, Set[str]],
) -> list[Series]:
    """All series in `results`, as asv's publish forms its graphs from them.

    `benchmarks` is asv's benchmarks.json, `revisions` the place of each commit on asv's axis,
    `branches` the commits of each branch.
    """
    results = list(results)
    keys = sorted({key for result in results for key in _environment(result)})
    collected: dict[tuple[str, str, int | None], Series] = {}
    points: dict[tuple[str, str, int | None], dict[int, list[Point]]] = defaultdict(dict)
    parameters = {name: parameter_sets(benchmark) for name, benchmark in benchmarks.items()}
    paths: dict[
        tuple[str, tuple[str | None, ...]], str
    ] = {}  # asv's name of a graph is slow to form
    for result in results:
        revision = revisions.get(result.commit_hash)
        on = [branch for branch, commits in branches.items() if result.commit_hash in commits]
        if revision is None or not on:
            continue
        own = _environment(result)
        for branch in on:
            environment = {**{key: own.get(key) for key in keys}, "branch": branch}
            place = tuple(environment.values())
            for name in result.get_result_keys(benchmarks):
                if (name, place) not in paths:
                    paths[name, place] = Graph.get_file_path(environment, name)
                path = paths[name, place]
                for place_of_set, point in _points(result, benchmarks[name], revision):
                    index = place_of_set if benchmarks[name]["params"] else None
                    key = (path, name, index)
                    if key not in collected:
                        own_set = parameters[name][place_of_set]
                        collected[key] = Series(name, index, own_set, environment, path)
                    points[key].setdefault(revision, []).append(point)
    for key, series in collected.items():
        series.points = [_mean(points[key][revision]) for revision in sorted(points[key])]
    # whatever the order of the files is
    return sorted(collected.values(), key=lambda one: (one.path, one.index or 0))


def parameter_sets(benchmark: Mapping[str, Any]) -> list[dict[str, str]]:
    """The parameter sets of a benchmark in asv's order; one empty set where it has none."""
    return [
        dict(zip(benchmark["param_names"], values, strict=True))
        for values in itertools.product(*benchmark["params"])
    ]


def _environment(result: Results) -> dict[str, str | None]:
    """asv's graph parameters of a result; it stores a missing one as None and means ''."""
    own = {key: "" if value is None else value for key, value in result.params.items()}
    return {**own, **{f"env-{key}": value for key, value in result.env_vars.items()}}


def _points(
    result: Results, benchmark: Mapping[str, Any], revision: int
) -> Iterable[tuple[int, Point]]:
    """The values of one benchmark in one result file, by the place of their parameter set."""
    name, params = benchmark["name"], benchmark["params"]
    unit = benchmark.get("unit", "")
    rows = zip(
        result.get_result_value(name, params),
        result.get_result_stats(name, params),
        result.get_result_samples(name, params),
        strict=True,
    )
    for index, (value, stats, samples) in enumerate(rows):
        if value is not None and math.isfinite(value):
            interval = interval_of(value, stats, samples, unit)
            yield index, Point(revision, value, interval, _stats.get_weight(stats))


def _mean(points: list[Point]) -> Point:
    """One point for several result files of one commit, as asv's graphs average them."""
    if len(points) == 1:
        return points[0]
    intervals = [point.interval for point in points]
    hull = None
    if all(intervals):
        low, high = zip(*(interval for interval in intervals if interval), strict=True)
        hull = min(low), max(high)
    weights = [point.weight for point in points if point.weight is not None]
    return Point(
        points[0].revision,
        sum(point.value for point in points) / len(points),
        hull,
        sum(weights) / len(weights) if weights else None,
    )
