"""The made study that the tests look at: simple laws, so that every answer is known."""

from __future__ import annotations

from typing import Any

from benchmarks._harness.registry import TASKS
from tests.study.made import SIZES
from tools.study.analysis.measurements import PROGRAMS

# seconds for 1,000 variants x 1,000 samples on one core, end to end
SPEED = {
    "allele_frequency": {"plink": 0.02, "plink2": 0.04, "hail": 0.4, "sgkit": 0.8},
    "hardy_weinberg": {"plink": 0.04, "plink2": 0.08, "hail": 0.5, "sgkit": 1.0},
    "ld_prune": {"plink": 0.1, "plink2": 0.2, "sgkit": 1.0, "hail": 5.0},
    "pca": {"plink": 0.2, "plink2": 0.4, "hail": 0.6, "sgkit": 0.7},
    "association": {"hail": 1.0, "sgkit": 1.1, "plink2": 3.0, "plink": 6.0},
}
CHUNKS = {"tiles": 1.0, "rows": 0.8, "large-rows": 0.6}
PARTITIONS = {"few": 1.0, "many": 1.005, "most": 1.0}
OWN = {"n_components": 10, "r2": 0.2, "window": 100}
FASTER_SINCE = {"0.10.0": 2.0, "0.2.139": 1.0}  # than the study's release
SHARE = {"time_end_to_end": 1.0, "time_load": 0.2, "time_compute": 0.7, "time_write": 0.1}


def small(
    experiment: str, tool: str, metric: str, axes: dict[str, Any], release: str
) -> float | None:
    """Two cores, two sample scales, three shapes, warm and cold, clusters of 1 and 2 nodes."""
    size = SIZES.get(axes["data"])
    task = axes.get("task", experiment)
    if "setting" in axes:
        task = "pca" if axes["setting"].startswith("n_comp") else "ld_prune"
    passes = 2.0 if axes.get("calls") == "two" else 1.0
    if experiment == "filtering":
        task = "hardy_weinberg"
    if (axes["data"] == "smoke" and experiment != "scaling") or (
        experiment == "survival" and task != "pca"
    ):
        return None  # as little as shows everything
    if size is None or task not in TASKS or (tool not in PROGRAMS and experiment in TASKS):
        return None
    cores = axes.get("cores", 0) or axes["nodes"] * _threads(axes["layout"])
    if cores > 2 or cores == 0 or (axes.get("layout") == "1x2" and task != "allele_frequency"):
        return None
    seconds = SPEED[task][tool] * size[0] * size[1] / 1e6
    seconds /= FASTER_SINCE.get(release, 1.0) if tool not in PROGRAMS else 1.0
    seconds /= 1.0 if tool in PROGRAMS else 0.9 * cores + 0.1
    seconds *= CHUNKS.get(axes.get("chunks", ""), 1) * PARTITIONS.get(
        axes.get("partitions", ""), 1
    )
    if experiment == "distributed_cold" or axes.get("cache") == "cold":
        seconds *= 1.5
    if axes.get("cache") == "dropped" or axes.get("settings") == "stealing":
        return None
    if axes.get("layout") == "2x1":
        seconds *= 0.8
    seconds *= passes
    if "setting" in axes:
        name, _, value = axes["setting"].partition("=")
        seconds *= 1 + (float(value) - OWN[name]) / 100  # the tasks' own: as elsewhere
    if experiment == "survival":
        known = {"track_finished": 1.0, "track_right": 1.0, "track_hung": 0.0}
        return None if axes["trouble"] == "node-lost" else known.get(metric, seconds * 0.5)
    if metric == "track_error":
        return 1e-7
    if metric == "track_input_reads":
        return passes
    if metric == "peakmem_tree":
        return {"plink": 1e8, "plink2": 1e8, "sgkit": 5e8, "hail": 2e9}[tool] * (
            1 + size[1] / 2504
        )
    if metric in SHARE:
        return seconds * SHARE[metric]
    return None


def _threads(layout: str) -> int:
    if layout == "any":
        return 0
    workers, threads = layout.split("x")
    return int(workers) * int(threads)
