"""How the study's page calls things: tasks, tools, metrics, axes, numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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
    "layout": "workers x threads of a node",
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
    """A ratio with two significant digits and no exponent."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}" if number >= 10 else f"{number:.2g}"


def spans(values: Iterable[Any]) -> str:
    """Numbers as "2 to 8", one number as itself."""
    found = sorted(set(values))
    if not found:
        return ""
    return f"{found[0]:,}" if len(found) == 1 else f"{found[0]:,} to {found[-1]:,}"
