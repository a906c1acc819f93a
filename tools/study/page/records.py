"""A measurement as one flat record: what the downloads hold, its origin included."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tools.execution import provenance
from tools.execution.asv_run import environment
from tools.study.analysis import estimates
from tools.study.analysis.measurements import Measurement

# columns of the downloads, in this order; what a record lacks is empty
AXES = (
    "task", "tool", "metric", "data", "n_samples", "n_variants", "cores", "nodes", "layout",
    "chunks", "partitions", "cache", "settings", "trouble", "hyperparameter", "n_components",
    "r2", "window", "calls",
)  # fmt: skip
COLUMNS = (
    "experiment", *AXES, "edition", "release", "stack", "value", "low", "high", "unit", "reducer",
    "median", "samples", "series", "speedup", "speedup_low", "speedup_high", "machine", "commit",
    "benchmark", "measured_at", "seconds_in_all", "lock", "python", "java", "installed",
    "data_sha256", "load", "others", "governor", "physical_cores", "tracker", "command",
)  # fmt: skip

Record = dict[str, Any]


def of(point: Measurement, edition: str = "") -> Record:
    """The record of a measurement; on a cluster the state of the cache is an axis of its own."""
    estimate = estimates.of(point.value, point.kept)
    origin = point.origin
    record: Record = {
        "experiment": point.experiment,
        "tool": point.tool,
        "metric": point.metric,
        **point.axes,
        "edition": edition,
        "release": point.release,
        "stack": point.stack,
        "value": point.value,
        "low": estimate.low,
        "high": estimate.high,
        "unit": point.unit,
        "reducer": point.reducer,
        "median": point.median,
        "samples": list(point.samples),
        "machine": point.machine,
        "commit": point.commit,
        "benchmark": point.shown,
        "measured_at": origin.get("at"),
        "seconds_in_all": origin.get("seconds"),
        "data_sha256": _data(point).get("sha256"),
        "command": command(point),
        **{name: origin.get(name) for name in ("lock", "python", "java", "installed", "load")},
        **{name: origin.get(name) for name in ("others", "governor", "physical_cores", "tracker")},
    }
    if point.experiment.startswith("distributed"):
        record["cache"] = "cold" if point.experiment == "distributed_cold" else "warm"
    return record


def _data(point: Measurement) -> Mapping[str, Any]:
    """The data set's identity: as measured, or as it is prepared now where that was not kept."""
    name = point.axes.get("data")
    return point.origin.get("data") or (provenance.identity(name) if name else None) or {}


def command(point: Measurement) -> str:
    """What measures the point again."""
    return run_command(point, f"^{re.escape(point.shown)}$")


def run_command(point: Measurement, bench: str) -> str:
    """asv's command for benchmarks on the commit and the stack of a measurement."""
    tool, version = point.origin.get("tool"), point.origin.get("version")
    commit = f"{tool}/{version}" if tool and version else point.commit[:8]
    return (
        f".venv/bin/asv run '{commit}^!' -E {environment(point.stack)} --record-samples "
        f'--bench "{bench}"'
    )
