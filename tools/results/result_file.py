"""One of asv's result files as rows. A wrong value is left out alone, not with its file."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from asv.results import Results
from asv.util import UserError

ENOUGH_FOR_INTERVAL = 6  # samples: with fewer, the 99 % interval of the median says nothing
ENOUGH_FOR_RANGE = 3  # samples: with fewer, twice their range says nothing
LARGEST_FILE = 200 * 10**6  # bytes
_LARGEST_PRODUCT = 100_000  # parameter sets of one benchmark
_LARGEST = 10**300  # near the limit of a float; NaN and infinity are not below it either


class Header(NamedTuple):
    """What a file has for all of its values."""

    commit: str
    date: int  # of the commit, ms
    env_name: str
    environment: str  # asv's graph parameters as JSON, sorted by name


class Value(NamedTuple):
    """One value of a benchmark. A null or wrong value is None, one that does not apply NaN."""

    benchmark: str
    parameters: str  # parameters_text
    version: str | None
    value: float | None
    low: float | None  # of the interval of the true value; None with too few samples
    high: float | None
    samples: int | None  # None where asv stored neither samples nor their statistics
    started_at: int | None  # ms
    each_sample: list[float] | None  # where asv stored them


def read(path: Path, machine: str) -> tuple[Header, list[Value]]:
    """The contents of a result file in the folder of `machine`.

    UserError says what is wrong with a file that gives nothing; FileNotFoundError as usual.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError(f"it has more than {LARGEST_FILE // 10**6} MB")
        document = json.loads(path.read_bytes())
        if document["version"] != Results.api_version or document["params"]["machine"] != machine:
            raise ValueError("of another version or machine")
        header = _header(document)
        columns = document["result_columns"]
        rows = [
            value
            for name, row in document["results"].items()
            if isinstance(row, list)
            for value in _values(name, dict(zip(columns, row, strict=False)))
        ]
    except FileNotFoundError:
        raise
    except (
        *(OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError),
        RecursionError,  # lists or objects in each other, too deep to read
    ) as error:
        raise UserError(_problem(path, machine, error)) from None
    return header, rows


def parameters_of(cell: Any) -> list[list[str]] | None:
    """The parameter lists of a benchmark in a file; None where they are wrong, or too many."""
    lists = cell or []
    is_right = isinstance(lists, list) and all(
        isinstance(values, list) and all(isinstance(value, str) for value in values)
        for values in lists
    )
    return lists if is_right and math.prod(map(len, lists)) <= _LARGEST_PRODUCT else None


def is_number(cell: Any) -> bool:
    """Whether a cell of a file is a finite number."""
    return type(cell) in (float, int) and abs(cell) < _LARGEST


def parameters_text(values: Sequence[str]) -> str:
    """The values of a parameter set as text, in the order of the benchmark's parameters."""
    return json.dumps(values)


def interval_of(
    low: float | None, high: float | None, repeat: int, samples: Sequence[float] | None
) -> tuple[float, float] | None:
    """The interval in which the true value lies; None with too few samples.

    `low` and `high` are asv's 99 % interval of the median of `repeat` samples.
    """
    if repeat >= ENOUGH_FOR_INTERVAL and low is not None and high is not None:
        return low, high
    if samples and len(samples) >= ENOUGH_FOR_RANGE:
        least, most = min(samples), max(samples)
        spare = (most - least) / 2
        return least - spare, most + spare
    return None


def _problem(path: Path, machine: str, error: Exception) -> str:
    """asv's message for a file that it cannot read. asv_messages replaces it."""
    try:
        Results.load(str(path), machine_name=machine)
    except UserError as asv_error:
        return str(asv_error)
    return f"Error parsing JSON in file '{path}': {error}"


def _header(document: Mapping[str, Any]) -> Header:
    environment = {name: "" if value is None else value
                   for name, value in document["params"].items()}  # fmt: skip
    variables = document.get("env_vars") or {}
    environment |= {f"env-{name}": value for name, value in variables.items()}
    return Header(
        str(document["commit_hash"]),
        int(document["date"]),
        str(document["env_name"]),
        json.dumps(environment, sort_keys=True),
    )


def _values(benchmark: str, entry: Mapping[str, Any]) -> Iterator[Value]:
    """The values of one benchmark, one for each of its parameter sets in the file."""
    params = parameters_of(entry.get("params"))
    if params is None:
        return
    sets = _parameter_sets(json.dumps(params))
    count = len(sets)
    results = _column(entry, "result", count)
    lows, highs = _column(entry, "stats_ci_99_a", count), _column(entry, "stats_ci_99_b", count)
    repeats, samples = _column(entry, "stats_repeat", count), _column(entry, "samples", count)
    numbers = _column(entry, "stats_number", count)
    version, started_at = entry.get("version"), entry.get("started_at")
    version = None if version is None else str(version)
    started_at = started_at if isinstance(started_at, int) else None
    for at, parameters in enumerate(sets):
        value = _number(results[at])
        low, high = _number(lows[at]), _number(highs[at])
        taken = samples[at] if _are_numbers(samples[at]) else None
        repeat = repeats[at] if isinstance(repeats[at], int) else 0
        low, high = interval_of(low, high, repeat, taken) or (None, None)
        count_of = len(taken) if taken else None
        if count_of is None and (lows[at], highs[at], repeats[at], numbers[at]) != _NO_STATS:
            count_of = repeat
        yield Value(benchmark, parameters, version, value, low, high, count_of, started_at, taken)


_NO_STATS = (None, None, None, None)


@lru_cache(maxsize=1024)
def _parameter_sets(params: str) -> list[str]:
    return [parameters_text(values) for values in itertools.product(*json.loads(params))]


def _column(entry: Mapping[str, Any], name: str, count: int) -> list[Any]:
    """A column of a benchmark with a cell for each parameter set; asv leaves out empty ones."""
    cells = entry.get(name)
    if not isinstance(cells, list):
        return [None] * count
    return cells if len(cells) >= count else [*cells, *[None] * (count - len(cells))]


def _number(cell: Any) -> float | None:
    """A number, finite or NaN; None for anything else."""
    if is_number(cell) or (type(cell) is float and math.isnan(cell)):
        return float(cell)
    return None


def _are_numbers(cell: Any) -> bool:
    return isinstance(cell, list) and all(map(is_number, cell))
