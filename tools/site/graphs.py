"""asv's graphs, made from the table of results instead of from each result file."""

from __future__ import annotations

import functools
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from asv.graph import Graph, GraphSet, make_summary_graph

from tools.detection.change_points import ChangePoint
from tools.results.lines import Lines, runs
from tools.results.metrics import Metric
from tools.results.series import Floats, Series
from tools.results.table import Table
from tools.site.staging import Staging

# asv's: first revision, last revision + 1, median, minimum and mean deviation of a level
Step = tuple[int, int, float, float, float]


class StoredGraph(Graph):
    """A graph of values of shape (revisions, parameter sets); NaN where there is no value."""

    def __init__(
        self,
        benchmark: str,
        params: dict[str, str | None],
        revisions: npt.NDArray[np.int32],
        values: Floats,
        scalar: bool,
    ) -> None:
        super().__init__(benchmark, params)
        measured = np.flatnonzero(~np.isnan(values).all(axis=1))
        part = slice(measured[0], measured[-1] + 1) if len(measured) else slice(0)
        self._revisions, self._values = revisions[part], values[part]
        self.n_series, self.scalar_series = values.shape[1], scalar

    def get_data(self) -> list[tuple[Any, ...]]:
        """(revision, value or values, no weight), as asv's; from the first value to the last."""
        values = self._values.astype(object)
        values[np.isnan(self._values)] = None
        rows = (values[:, 0] if self.scalar_series else values).tolist()
        weights = None if self.scalar_series else [None] * self.n_series
        return [(at, row, weights) for at, row in zip(self._revisions.tolist(), rows, strict=True)]

    @property
    def key(self) -> str:
        """Equal for equal files."""
        key = hashlib.blake2b(self._revisions.tobytes(), digest_size=16)
        key.update(self._values.tobytes())
        return f"{key.hexdigest()}-{self.n_series}-{self.scalar_series}"


class Publication(GraphSet):
    """The graphs that asv's publishers get, and what our pages need besides.

    `detected` are the series with their change points, `branches` the commits of each branch,
    newest first. A file that the live site has already is not made again.
    """

    def __init__(
        self,
        staging: Staging,
        table: Table,
        lines: Lines,
        declared: Mapping[str, Metric],
        detected: Sequence[tuple[Series, Sequence[ChangePoint]]],
        branches: Mapping[str, Sequence[str]],
    ) -> None:
        super().__init__()
        self.staging, self.table, self.declared = staging, table, declared
        self.detected, self.branches = detected, branches
        for graph in _graphs(lines):
            self._graphs[graph.path] = graph
            self._groups.setdefault(graph.benchmark_name, []).append(graph)
        set_steps(self, detected)

    def environments(self) -> list[dict[str, str | None]]:
        """The different graph parameters of all graphs."""
        different = dict.fromkeys(tuple(graph.params.items()) for graph in self._graphs.values())
        return [dict(params) for params in different]

    def save(self, html_dir: str, dots: object = None) -> None:
        """Write the graphs' files into the staging, whatever `html_dir` is."""
        for graph in self._graphs.values():
            self._write(graph.path, graph.key, graph.get_data)

    def get_summary_graphs(self, dots: object = None) -> Iterator[Graph]:
        """Write the files of the summaries, so that asv has none to save."""
        for benchmark, graphs in self._groups.items():
            key = hashlib.blake2b("".join(graph.key for graph in graphs).encode(), digest_size=16)
            path = Graph.get_file_path({"summary": ""}, benchmark)
            self._write(path, key.hexdigest(), functools.partial(_summary, graphs))
        return iter(())

    def _write(self, path: str, key: str, data: Callable[[], list[tuple[Any, ...]]]) -> None:
        self.staging.write(
            f"{path}.json", key, lambda: json.dumps([entry[:2] for entry in data()])
        )


def _summary(graphs: list[StoredGraph]) -> list[tuple[Any, ...]]:
    return list(make_summary_graph(graphs).get_data())


def set_steps(graphs: GraphSet, detected: Iterable[tuple[Series, Sequence[ChangePoint]]]) -> None:
    """Give asv's graphs the levels between our change points, in place of asv's own detection."""
    steps: dict[str, dict[int | None, list[Step]]] = defaultdict(dict)
    for series, change_points in detected:
        edges = [0, *(change.index for change in change_points), len(series.points)]
        revisions, values = series.revisions, series.columns.values
        steps[series.path][series.index] = [
            _step(revisions[start:end], values[start:end]) for start, end in pairwise(edges)
        ]
    for path, graph in graphs:
        if "summary" not in graph.params:
            indices = [None] if graph.scalar_series else range(graph.n_series)
            graph._steps = [steps[path].get(index, []) for index in indices]


def _step(revisions: Sequence[int], values: Floats) -> Step:
    level = float(np.median(values))
    error = float(np.mean(abs(values - level)))
    return revisions[0], revisions[-1] + 1, level, float(values.min()), error


def _graphs(lines: Lines) -> Iterator[StoredGraph]:
    counts = Counter(benchmark for benchmark, _ in lines.sets)
    # the sets of a benchmark are neighbours: for each set, the number of the first of them
    first = np.array([at - index for at, (_, index) in enumerate(lines.sets)], dtype=np.int64)
    for frame in lines.frames:
        columns = {name: frame[name].to_numpy() for name in frame.columns}
        starts = first[columns["set"]]
        for start, end in runs(pl.DataFrame({"benchmark": starts}), "benchmark"):
            benchmark, _ = lines.sets[starts[start]]
            revisions, rows = np.unique(columns["revision"][start:end], return_inverse=True)
            values = np.full((len(revisions), counts[benchmark]), np.nan)
            values[rows, columns["set"][start:end] - starts[start]] = columns["value"][start:end]
            environment = lines.environments[columns["environment"][start]]
            scalar = not lines.benchmarks[benchmark]["params"]
            yield StoredGraph(benchmark, dict(environment), revisions, values, scalar)
