"""The data of each commit's page: its values, those before them, and what they were measured with.

There is a file a commit with a row for each series: over a million rows in a long history. So the
rows are columns until their text is written, and a file is written only when its rows are new.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from tools.common import links
from tools.results.lines import runs
from tools.results.series import Series
from tools.site.staging import Staging


def write(
    staging: Staging,
    all_series: Sequence[Series],
    commits: Mapping[int, str],
    named: set[str],
    setups: Mapping[str, list[dict[str, Any]]],
) -> set[str]:
    """Write commits/HASH.json for each measured commit; returns the commits.

    `commits` are the hashes by revision, `named` the graph parameters that a link has to name,
    `setups` what each commit was measured with.
    """
    fixed = [_fixed(series, named) for series in all_series]
    # of the text, not of its place: another series must not change the pages without it
    digests = [hashlib.md5("".join(parts).encode()).digest()[:8] for parts in fixed]
    frame = _frame(all_series, np.frombuffer(b"".join(digests), dtype=np.uint64))
    written = set()
    for start, end in runs(frame, "revision"):
        rows = frame[start:end]
        commit = commits[rows["revision"][0]]
        written.add(commit)
        own = json.dumps(setups.get(commit, []), separators=(",", ":"), allow_nan=False)
        key = hashlib.blake2b(own.encode(), digest_size=16)
        for name in ("digest", "value", "low", "high", "before"):
            key.update(rows[name].to_numpy().tobytes())
        text = functools.partial(_text, rows, commit, own, fixed)
        staging.write(f"commits/{commit}.json", key.hexdigest(), text)
    return written


def _fixed(series: Series, named: set[str]) -> tuple[str, str]:
    """The start of a series' row, and its link without the commit, as JSON text."""
    environment = {
        name: value
        for name, value in series.environment.items()
        if name in named and name != "branch"
    }
    start = {"benchmark": series.benchmark, "parameters": series.parameters,
             "environment": environment}  # fmt: skip
    graph = links.graph(series.benchmark, series.environment, series.parameters, named)
    return (
        json.dumps(start, separators=(",", ":"))[:-1],
        json.dumps(links.at(graph, ""))[:-1],
    )


def _frame(all_series: Sequence[Series], digests: Any) -> pl.DataFrame:
    """A row a value, sorted by revision, then in the order of the series."""
    parts = []
    for at, series in enumerate(all_series):
        points, count = series.columns, len(series.points)
        parts.append(
            pl.DataFrame(
                {
                    "revision": points.revisions,
                    "line": np.full(count, at, np.uint32),
                    "digest": np.full(count, digests[at]),
                    "value": points.values,
                    "low": points.low,
                    "high": points.high,
                    "before": np.concatenate([[math.nan], points.values[:-1]]),
                }
            )
        )
    return pl.concat(parts).sort("revision", maintain_order=True) if parts else pl.DataFrame()


def _text(rows: pl.DataFrame, commit: str, setups: str, fixed: Sequence[tuple[str, str]]) -> str:
    """The file of a commit: JSON, put together by hand because there are so many rows."""
    texts = []
    for line, value, low, high, before in rows[
        "line", "value", "low", "high", "before"
    ].iter_rows():
        start, link = fixed[line]
        interval = "null" if math.isnan(low) or math.isnan(high) else f"[{low!r},{high!r}]"
        earlier = "null" if math.isnan(before) else repr(before)
        texts.append(
            f'{start},"value":{value!r},"interval":{interval},"before":{earlier},'
            f'"graph":{link}{commit}"}}'
        )
    return f'{{"rows":[{",".join(texts)}],"setups":{setups}}}'
