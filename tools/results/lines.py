"""The lines of asv's graphs, formed from the table of results as asv's publish forms them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from asv.graph import Graph

from tools.results.result_file import parameters_text
from tools.results.series import Points, Series
from tools.results.series_key import parameter_sets
from tools.results.table import CATEGORY, Table, environment

_KEY = ["environment", "set", "revision"]
_FILES_AT_ONCE = 4000  # all at once need more memory

Environment = dict[str, "str | None"]  # asv's graph parameters, `branch` among them
Benchmarks = Mapping[str, Mapping[str, Any]]  # asv's benchmarks.json


@dataclass(frozen=True)
class Lines:
    """A frame for each environment, with one row for each line and commit, sorted by both.

    Columns: `environment` and `set` (indices into `environments` and `sets`), `revision`,
    `value`, `low` and `high`; NaN where a commit gives no value or no interval. `each_sample` with
    the samples of each value, only where they were asked for.
    """

    frames: Sequence[pl.DataFrame]
    environments: Sequence[Environment]
    sets: Sequence[tuple[str, int]]  # benchmark and index of each parameter set
    benchmarks: Benchmarks

    def series(self) -> list[Series]:
        """The lines that have values, sorted by graph and parameter set."""
        sets = {name: list(parameter_sets(entry)) for name, entry in self.benchmarks.items()}
        all_series = []
        for complete in self.frames:
            frame = complete
            if complete["value"].is_nan().any():
                frame = complete.filter(pl.col("value").is_not_nan())
            columns = [frame[name].to_numpy() for name in ("revision", "value", "low", "high")]
            samples = frame["each_sample"] if "each_sample" in frame.columns else None
            for start, end in runs(frame, "set"):
                environment = self.environments[frame["environment"][start]]
                benchmark, index = self.sets[frame["set"][start]]
                all_series.append(
                    Series(
                        benchmark,
                        index if self.benchmarks[benchmark]["params"] else None,
                        sets[benchmark][index],
                        environment,
                        Graph.get_file_path(environment, benchmark),
                        Points(
                            *(column[start:end] for column in columns),
                            samples=None if samples is None else samples[start:end],
                        ),
                    )
                )
        return sorted(all_series, key=lambda series: (series.path, series.index or 0))


def read(
    table: Table,
    benchmarks: Benchmarks,
    revisions: Mapping[str, int],
    branches: Mapping[str, Set[str]],
    *,
    samples: bool = False,
) -> Lines:
    """The lines of all graphs. Several result files of one commit are averaged, as asv does.

    `revisions` is the position of each commit on asv's axis, `branches` the commits of branches.
    `samples` reads the samples too, which needs more memory.
    Values of another version of a benchmark, of parameter values that it no longer has, and of
    commits on no branch are left out.
    """
    sets = [
        (name, index, parameters_text(list(values.values())), entry)
        for name, entry in benchmarks.items()
        for index, values in enumerate(parameter_sets(entry))
    ]
    set_frame = pl.LazyFrame(
        [
            (name, text, at, entry.get("version"), entry.get("unit") == "seconds")
            for at, (name, _, text, entry) in enumerate(sets)
        ],
        schema={"benchmark": CATEGORY, "parameters": CATEGORY, "set": pl.UInt32,
                "required": CATEGORY, "timed": pl.Boolean},
        orient="row",
    )  # fmt: skip
    files, environments = _files(table, revisions, branches)
    slices = files.sort("number").iter_slices(_FILES_AT_ONCE)
    return Lines(
        _by_environment([_rows(table.values, part, set_frame, samples) for part in slices]),
        environments,
        [(name, index) for name, index, *_ in sets],
        benchmarks,
    )


def runs(frame: pl.DataFrame, *columns: str) -> list[tuple[int, int]]:
    """Start and end of each run of equal values in `columns` of a sorted frame."""
    if frame.is_empty():  # also one without columns
        return []
    return list(pairwise([*_edges(frame, columns).tolist(), len(frame)]))


def _edges(frame: pl.DataFrame, columns: Sequence[str]) -> npt.NDArray[np.intp]:
    """The first row of each run of equal values."""
    changed = np.full(len(frame), False)
    changed[:1] = True
    for name in columns:
        column = frame[name].to_numpy()
        changed[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(changed)


def _files(
    table: Table, revisions: Mapping[str, int], branches: Mapping[str, Set[str]]
) -> tuple[pl.DataFrame, list[Environment]]:
    """`number`, `revision` and `environment` of each file on each of its branches."""
    texts = sorted(table.readable["environment"].unique())
    own = [environment(text) for text in texts]
    keys = sorted({key for params in own for key in params})
    environments: dict[str, tuple[int, Environment]] = {}  # by asv's path, which names a graph
    numbers = {}
    for text, params in zip(texts, own, strict=True):
        for branch in branches:
            filled = {**{key: params.get(key) for key in keys}, "branch": branch}
            path = Graph.get_file_path(filled, "")
            numbers[text, branch], _ = environments.setdefault(path, (len(environments), filled))
    rows = [
        (number, revisions[commit], numbers[text, branch])
        for number, commit, text in table.readable["number", "commit", "environment"].iter_rows()
        for branch, commits in branches.items()
        if commit in commits and commit in revisions
    ]
    schema = {"number": pl.UInt32, "revision": pl.Int32, "environment": pl.UInt32}
    return pl.DataFrame(rows, schema, orient="row"), [
        params for _, params in environments.values()
    ]


def _rows(
    values: pl.LazyFrame, files: pl.DataFrame, sets: pl.LazyFrame, samples: bool
) -> pl.DataFrame:
    """The values of some files, with _KEY."""
    numbers = pl.col("number").is_between(files["number"].min(), files["number"].max())
    exact = ~pl.col("timed") & pl.col("samples").is_null()  # a count or a size, measured once
    return (
        values.filter(numbers)  # of other files, Parquet's row groups are not even decoded
        .join(files.lazy(), on="number")
        .join(sets, on=["benchmark", "parameters"])
        .filter(pl.col("version").is_null() | (pl.col("version") == pl.col("required")))
        .with_columns(pl.col("value").fill_nan(None))
        .select(
            *_KEY, "value", *["each_sample"] * samples,
            low=pl.when(exact).then("value").otherwise("low"),
            high=pl.when(exact).then("value").otherwise("high"),
        )
        .collect()
    )  # fmt: skip


def _by_environment(parts: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """The rows of each environment. All in one frame would need more memory."""
    environments = {number for part in parts for number in part["environment"].unique()}
    return [
        _averaged(pl.concat([part.filter(environment=number) for part in parts]))
        for number in sorted(environments)
    ]


def _all_samples(frame: pl.DataFrame) -> list[pl.Expr]:
    return [pl.col(name).explode() for name in frame.columns if name == "each_sample"]


def _averaged(frame: pl.DataFrame) -> pl.DataFrame:
    """Sorted by _KEY, with one row for several of one line and commit."""
    frame = frame.sort(_KEY)
    if len(_edges(frame, _KEY)) < len(frame):
        noise = [pl.col(name).filter(pl.col("value").is_not_null()) for name in ("low", "high")]
        low, high = (pl.when(column.null_count() == 0).then(column) for column in noise)
        frame = frame.group_by(_KEY, maintain_order=True).agg(
            pl.col("value").mean(), *_all_samples(frame), low=low.min(), high=high.max()
        )
    return frame.with_columns(pl.col("value", "low", "high").fill_null(math.nan))
