"""asv's graphs, made from the table of results instead of from each result file."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from asv.graph import Graph, GraphSet, make_summary_graph

from tools.results.lines import Lines, runs
from tools.site.staging import Staging


class StoredGraph(Graph):
    """A graph whose data are known at once: shape (revisions, parameter sets), NaN for none."""

    def __init__(
        self,
        benchmark: str,
        params: dict[str, str | None],
        revisions: npt.NDArray[np.int32],
        values: npt.NDArray[np.float64],
        scalar: bool,
    ) -> None:
        super().__init__(benchmark, params)
        measured = np.flatnonzero(~np.isnan(values).all(axis=1))
        part = slice(measured[0], measured[-1] + 1) if len(measured) else slice(0)
        self._revisions, self._values = revisions[part], values[part]
        self.n_series, self.scalar_series = values.shape[1], scalar

    def get_data(self) -> list[tuple[Any, ...]]:
        """(revision, value or values, no weight) as asv has them, without missing ends."""
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


class StoredGraphs(GraphSet):
    """All graphs of some lines; files that the live site has already are not made again."""

    def __init__(self, lines: Lines, staging: Staging) -> None:
        super().__init__()
        self.staging = staging
        for graph in _graphs(lines):
            self._graphs[graph.path] = graph
            self._groups.setdefault(graph.benchmark_name, []).append(graph)

    def environments(self) -> list[dict[str, str | None]]:
        """The different graph parameters of all graphs."""
        found: list[dict[str, str | None]] = []
        for graph in self._graphs.values():
            if graph.params not in found:
                found.append(graph.params)
        return found

    def save(self, html_dir: str, dots: object = None) -> None:
        """Write the graphs' files into the staging, whatever `html_dir` is."""
        for graph in self._graphs.values():
            self._write(graph.path, graph.key, graph.get_data)

    def get_summary_graphs(self, dots: object = None) -> Iterator[Graph]:
        """Write the files of the summaries; there is none left for asv to save."""
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
    """The data of asv's summary of a benchmark."""
    data: list[tuple[Any, ...]] = make_summary_graph(graphs).get_data()
    return data


def _graphs(lines: Lines) -> Iterator[StoredGraph]:
    first: dict[str, int] = {}  # each benchmark's place among the sets
    counts: dict[str, int] = {}
    for at, (benchmark, _) in enumerate(lines.sets):
        first.setdefault(benchmark, at)
        counts[benchmark] = counts.get(benchmark, 0) + 1
    # in the place of each set the first one of its benchmark
    start_of = np.array([first[benchmark] for benchmark, _ in lines.sets], dtype=np.int64)
    for frame in lines.frames:
        columns = {name: frame[name].to_numpy() for name in frame.columns}
        starts = start_of[columns["set"]]
        for start, end in runs(pl.DataFrame({"benchmark": starts}), "benchmark"):
            benchmark, _ = lines.sets[starts[start]]
            revisions, places = np.unique(columns["revision"][start:end], return_inverse=True)
            values = np.full((len(revisions), counts[benchmark]), np.nan)
            values[places, columns["set"][start:end] - starts[start]] = columns["value"][start:end]
            environment = lines.environments[columns["environment"][start]]
            scalar = not lines.benchmarks[benchmark]["params"]
            yield StoredGraph(benchmark, dict(environment), revisions, values, scalar)
