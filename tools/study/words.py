"""How the study's page writes names, numbers and ratios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks._harness import registry

METRICS = {
    "time_end_to_end": "end to end (lazy)",
    "time_load": "load (eager)",
    "time_compute": "compute (eager)",
    "time_write": "write (eager)",
    "time_first_call": "first call",
    "peakmem_tree": "peak memory",
    "track_error": "deviation from the reference",
    "track_input_reads": "reads of the genotypes",
    "track_finished": "runs that finished",
    "track_right": "runs with the right answer",
    "track_hung": "runs that hung",
    "track_time_lost": "time lost",
}
AXES = {  # in the order in which a page lists them
    "task": "task",
    "data": "data set",
    "cores": "cores",
    "nodes": "nodes",
    "layout": "layout",
    "chunks": "chunks",
    "partitions": "partitions",
    "cache": "page cache",
    "settings": "Dask settings",
    "trouble": "injected fault",
    "n_samples": "samples",
    "n_variants": "variants",
    "n_components": "components",
    "r2": "r2 threshold",
    "window": "window (variants)",
    "calls": "calls for p and the filter",
    "metric": "metric",
    "edition": "releases",
}
TASKS = {name: task.label for name, task in registry.TASKS.items()}
TOOLS = {name: tool.label for name, tool in registry.TOOLS.items()}


def tool(name: str) -> str:
    """A tool's name as people write it."""
    return TOOLS.get(name, name)


def task(name: str) -> str:
    """A task's name as people write it."""
    return TASKS.get(name, name)


def listed(words: Iterable[Any], last: str = "and") -> str:
    """ "a, b and c"."""
    texts = [str(word) for word in words]
    return f" {last} ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))


def counted(number: int, noun: str) -> str:
    """ "1 node", "2 nodes"."""
    return f"{number} {noun}{'s' * (number != 1)}"


def times(number: Any) -> str:
    """A ratio with two or three significant digits and no exponent."""
    if number >= 100:
        return f"{number:,.0f}"
    if number >= 10:
        return f"{number:.1f}"
    return f"{number:.2f}" if number >= 0.1 else f"{number:.2g}"


def spans(values: Iterable[Any]) -> str:
    """Numbers as "2 to 8", equal numbers as one."""
    numbers = sorted(values)
    return " to ".join(f"{number:,}" for number in dict.fromkeys((numbers[0], numbers[-1])))


def seconds(number: float) -> str:
    """A time with three significant digits, never broken between number and unit."""
    return f"{number:,.0f}\u00a0s" if number >= 100 else f"{number:.3g}\u00a0s"


def interval(row: Mapping[str, Any]) -> str:
    """The ratio of a row with its interval, "2.1 (1.9 to 2.4)"."""
    if row["ratio_low"] is None:
        return f"{times(row['ratio'])} (too few samples for an interval)"
    low, high = times(row["ratio_low"]), times(row["ratio_high"])
    return f"{times(row['ratio'])} ({low} to {high})"


def size(row: Mapping[str, Any]) -> str:
    """The data set of a row by its size, or by its name where that is not recorded."""
    if row.get("n_samples") is None:
        return str(row.get("data") or "")
    return f"{row['n_samples']:,} samples x {row['n_variants']:,} variants"


def setting(row: Mapping[str, Any]) -> str:
    """Data and cores of a row."""
    cores = row.get("cores")
    return size(row) + (f", {counted(cores, 'core')}" if cores else "")
