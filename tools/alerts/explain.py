"""Explanation of an event: other metrics that changed, and functions that take longer."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from tools.alerts.events import Event
from tools.alerts.evidence import FunctionTime
from tools.execution.measurement import Stats
from tools.results.series_key import SeriesKey

_SHOWN = 12  # functions that are kept
PROFILES = 2  # of each side
VALUES = 3  # of each side, for another metric that seems to differ
NOTICED = 0.1  # relative difference from which on another metric is reported
_SHARE = 0.1  # of the gain of all functions, from which on a function is reported


def siblings(key: SeriesKey, benchmarks: Mapping[str, Mapping[str, Any]]) -> list[SeriesKey]:
    """The series of the same class and parameter values with another metric."""
    own_class = key.benchmark.rpartition(".")[0]
    params = benchmarks.get(key.benchmark, {}).get("params")  # None for a benchmark that is gone
    return [
        SeriesKey(other, key.parameters)
        for other, benchmark in sorted(benchmarks.items())
        if other != key.benchmark
        and other.rpartition(".")[0] == own_class
        and benchmark["params"] == params
    ]


def timed(key: SeriesKey, benchmarks: Mapping[str, Mapping[str, Any]]) -> SeriesKey:
    """What to profile for a series: the timing itself, or the computation of the same class."""
    computation = key.benchmark.rpartition(".")[0] + ".time_compute"
    is_timing = key.metric.startswith("time_") or computation not in benchmarks
    return key if is_timing else SeriesKey(computation, key.parameters)


def differ(old: Sequence[float], new: Sequence[float]) -> bool:
    """Whether the values of two sides do not overlap, and their medians differ noticeably."""
    if min(old) <= max(new) and min(new) <= max(old):
        return False
    return is_noticed(statistics.median(old), statistics.median(new))


def is_noticed(old: float, new: float) -> bool:
    """Whether a difference is large enough to report."""
    return abs(new - old) > NOTICED * max(abs(old), abs(new))


def main_functions(event: Event) -> list[FunctionTime]:
    """The functions with at least _SHARE of the change, in its direction."""
    sign = -1 if event.better else 1
    functions = event.evidence.profile or ()
    gains = [sign * (function.new - function.old) for function in functions]
    least = _SHARE * sum(max(0.0, gain) for gain in gains)
    return [
        function
        for gain, function in zip(gains, functions, strict=True)
        if gain > 0 and gain >= least
    ]


def difference(old: Sequence[Stats], new: Sequence[Stats]) -> list[FunctionTime]:
    """The functions whose own seconds differ most, the largest difference first.

    A function's time is the least of a side's profiles that have it: another one may have run
    while the machine was busy. A function is identified by file and name, as lines and
    environments move.
    """
    before, after = _least(old), _least(new)
    pairs = [(name, before.get(name, 0.0), after.get(name, 0.0)) for name in before | after]
    pairs.sort(key=lambda pair: (-abs(pair[2] - pair[1]), pair[0]))
    return [FunctionTime(*pair) for pair in pairs[:_SHOWN]]


def _least(profiles: Sequence[Stats]) -> dict[str, float]:
    least: dict[str, float] = {}
    for stats in profiles:
        for name, seconds in _own_seconds(stats).items():
            least[name] = min(seconds, least.get(name, seconds))
    return least


def _own_seconds(stats: Stats) -> dict[str, float]:
    total: dict[str, float] = {}
    for (file, _, name), (_, _, own, *_) in stats.items():
        function = f"{_inside(file)}:{name}"
        total[function] = total.get(function, 0.0) + own
    return total


def _inside(file: str) -> str:
    """A source file as its package has it, wherever that is installed."""
    _, found, rest = file.rpartition("site-packages/")
    return rest if found else file.rsplit("/", 1)[-1]
