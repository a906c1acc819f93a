"""How the study's page calls things: tasks, tools, metrics, axes, numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tools.study.analysis.estimates import Estimate

TASKS = {
    "allele_frequency": "Allele frequency",
    "hardy_weinberg": "HWE with filtering",
    "ld_prune": "LD prune",
    "pca": "PCA",
    "association": "OLS association",
}
TOOLS = {"sgkit": "Sgkit", "hail": "Hail", "plink": "PLINK"}
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
AXES = {
    "task": "task",
    "data": "data set",
    "cores": "cores",
    "nodes": "nodes",
    "layout": "layout",
    "chunks": "chunks",
    "partitions": "partitions",
    "cache": "page cache",
    "settings": "Dask settings",
    "trouble": "trouble",
    "n_samples": "samples",
    "n_variants": "variants",
    "n_components": "components",
    "r2": "r2 threshold",
    "window": "window (variants)",
    "calls": "calls for p and the filter",
    "metric": "what is timed",
    "edition": "releases",
}


def listed(words: Iterable[Any], last: str = "and") -> str:
    """ "a, b and c"."""
    found = [str(word) for word in words]
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} {last} {found[-1]}"


def times(number: float) -> str:
    """A ratio with two or three significant digits and no exponent."""
    if number >= 100:
        return f"{number:,.0f}"
    if number >= 10:
        return f"{number:.1f}"
    return f"{number:.2f}" if number >= 0.1 else f"{number:.2g}"


def spans(values: Iterable[Any]) -> str:
    """Numbers as "2 to 8", one number as itself."""
    found = sorted(set(values))
    if not found:
        return ""
    return f"{found[0]:,}" if len(found) == 1 else f"{found[0]:,} to {found[-1]:,}"


def seconds(number: float) -> str:
    """A time with three significant digits, never broken between number and unit."""
    return f"{number:,.0f}\u00a0s" if number >= 100 else f"{number:.3g}\u00a0s"


def nodes(count: int) -> str:
    """ "1 node", "2 nodes"."""
    return f"{count} node" + "s" * (count != 1)


def interval(found: Estimate) -> str:
    """A ratio with its interval, "2.1 (1.9 to 2.4)"."""
    if found.low is None or found.high is None:
        return f"{times(found.value)} (too few samples for an interval)"
    return f"{times(found.value)} ({times(found.low)} to {times(found.high)})"


def size(axes: Mapping[str, Any]) -> str:
    """The data set by its size, where that is known."""
    if "n_samples" not in axes:
        return str(axes.get("data", ""))
    return f"{axes['n_samples']:,} samples x {axes['n_variants']:,} variants"


def setting(axes: Mapping[str, Any]) -> str:
    """Data and cores of a point."""
    cores = axes.get("cores")
    return size(axes) + (f", {cores} core" + "s" * (cores != 1) if cores else "")
