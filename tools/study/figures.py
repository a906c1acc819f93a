"""The figures of the study's page: 2.3 to 2.15 as the study had them, and the axes it left open.

A figure says which points it shows, what is on its x axis and what has a colour. All other axes
that vary among its points are choices of the reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.study import words
from tools.study.measurements import TASKS, Measurement

EAGER = ("time_load", "time_compute", "time_write")
TIMES = ("time_end_to_end", *EAGER)

# x axes with names: their order
ORDER = {
    "chunks": ["tiles", "rows", "large-rows"],
    "partitions": ["few", "many", "most"],
    "cache": ["warm", "cold", "dropped"],
    "trouble": ["none", "worker-killed", "node-lost", "memory-short"],
    "stage": ["load", "compute", "write"],
    "edition": ["study", "today"],
}


@dataclass(frozen=True)
class Panel:
    """One plot: the rows with these values, and which of their columns is drawn."""

    title: str
    where: Mapping[str, Any]
    column: str = "value"  # or "speedup"
    x: str = ""  # where it differs from the figure's


@dataclass(frozen=True)
class Figure:
    """What is shown, and how."""

    id: str
    title: str
    about: str
    experiments: tuple[str, ...]
    metrics: tuple[str, ...]
    x: str
    panels: tuple[Panel, ...]
    colour: str = "tool"
    study: bool = False  # one of the study's own, under its number
    where: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def shows(self, point: Measurement) -> bool:
        """Whether a point belongs to the figure."""
        known = {"tool": point.tool, **point.axes}
        return (
            point.experiment in self.experiments
            and point.metric in self.metrics
            and all(known.get(name) in values for name, values in self.where.items())
        )


def _single_node(number: str, task: str) -> Figure:
    title = words.TASKS[task]
    return Figure(
        id=number,
        study=True,
        title=f"{title} on one node",
        about="(A) total wall time as a user sees it, (B) compute alone on input in memory, and "
        "how many times as fast more cores are; the dashed line is the ideal.",
        experiments=("scaling",),
        metrics=("time_end_to_end", "time_compute"),
        x="cores",
        where={"task": (task,)},
        panels=(
            Panel("A: total wall time (lazy)", {"metric": "time_end_to_end"}),
            Panel("B: compute (eager)", {"metric": "time_compute"}),
            Panel("A: speed-up", {"metric": "time_end_to_end"}, "speedup"),
            Panel("B: speed-up", {"metric": "time_compute"}, "speedup"),
        ),
    )


_FEW = "8 workers of 5 threads a node, as Dask's `auto` chooses, or their equivalent: several threads to a worker"
_MANY = "40 workers of one thread a node, or their equivalent: one thread to a worker"
_WIDE, _NARROW = ("8x5", "1x2", "any"), ("40x1", "2x1", "1x1", "any")


def _nodes(
    number: str, title: str, about: str, *, cold: bool = False, task: str = "allele_frequency",
    tool: str = "sgkit", layouts: tuple[str, ...] = (), colour: str = "layout",
) -> Figure:  # fmt: skip
    where: dict[str, tuple[Any, ...]] = {"task": (task,), "tool": (tool,)}
    if layouts:
        where["layout"] = layouts
    return Figure(
        id=number,
        study=True,
        title=title,
        about=about,
        experiments=("distributed_cold" if cold else "distributed",),
        metrics=("time_end_to_end",),
        x="nodes",
        colour=colour,
        where=where,
        panels=(
            Panel("Total wall time", {"metric": "time_end_to_end"}),
            Panel("Speed-up", {"metric": "time_end_to_end"}, "speedup"),
        ),
    )


_CLUSTER = "Sgkit allele frequency on a Dask cluster"
_BY_TASK = tuple(Panel(words.TASKS[task], {"task": task}) for task in TASKS)
_SHARDS = "`tiles` stands for the study's chunks of 10000x1000, `rows` for 4000x2504, `large-rows` for 10000x2504"
_PARTS = "`few`, `many` and `most` stand for the study's 960, 8128 and 20318 partitions"

FIGURES = (
    *(_single_node(f"2.{3 + place}", task) for place, task in enumerate(TASKS)),
    _nodes("2.8", f"{_CLUSTER}, few workers, warm", _FEW + ".", layouts=_WIDE),
    _nodes("2.9", f"{_CLUSTER}, many workers, warm", _MANY + ".", layouts=_NARROW),
    _nodes("2.10", f"{_CLUSTER}, few workers, cold", _FEW + ".", layouts=_WIDE, cold=True),
    _nodes("2.11", f"{_CLUSTER}, many workers, cold", _MANY + ".", layouts=_NARROW, cold=True),
    _nodes("2.12", f"{_CLUSTER}, three shardings, cold", _SHARDS + ".", colour="chunks", cold=True),
    _nodes("2.13", f"{_CLUSTER}, three shardings, warm", _SHARDS + ".", colour="chunks"),
    _nodes("2.14", "Hail allele frequency on a Spark cluster", _PARTS + ".", tool="hail",
           colour="partitions"),
    _nodes("2.15", "Hail HWE on a Spark cluster", _PARTS + ".", tool="hail",
           task="hardy_weinberg", colour="partitions"),
    Figure("samples", "Number of samples", "Each task against the number of samples, the number "
           "of variants being the same (the study's section 4.1 left this open).",
           ("scaling",), (*TIMES, "peakmem_tree"), "n_samples", _BY_TASK),
    Figure("variants", "Number of variants", "Each task against the number of variants, the "
           "number of samples being the same.",
           ("scaling",), (*TIMES, "peakmem_tree"), "n_variants", _BY_TASK),
    Figure("stages", "Load, compute, write", "Eager mode: where the time goes.",
           ("scaling",), EAGER, "stage", _BY_TASK),
    Figure("chunks", "Chunks of Sgkit on one node", _SHARDS + ".", ("sharding",), (*TIMES, "peakmem_tree"),
           "chunks", _BY_TASK, where={"tool": ("sgkit",)}),
    Figure("partitions", "Partitions of Hail on one node", _PARTS + ".", ("sharding",),
           (*TIMES, "peakmem_tree"), "partitions", _BY_TASK, where={"tool": ("hail",)}),
    Figure("cache", "Page cache", "`warm`: the input is in memory; `cold`: its pages were evicted "
           "before each run; `dropped`: the machine's whole cache was.",
           ("caching",), ("time_end_to_end", "time_load"), "cache", _BY_TASK),
    Figure("hyperparameters", "Hyperparameters", "One changed at a time, the others being the "
           "tasks' own (the study's section 4.1 left this open).",
           ("hyperparameters",), ("time_end_to_end", "time_compute", "peakmem_tree"), "",
           tuple(Panel(title, {"hyperparameter": name}, x=name) for name, title in (
               ("n_components", "PCA: number of components"), ("r2", "LD prune: r2 threshold"),
               ("window", "LD prune: window, in variants")))),
    Figure("dask", "Sgkit on a Dask cluster, all tasks", "LD prune, PCA and OLS distributed are "
           "what the study's section 4.1 left open.",
           ("distributed", "distributed_cold"), (*TIMES, "peakmem_tree"), "nodes", _BY_TASK, "chunks",
           where={"tool": ("sgkit",)}),
    Figure("spark", "Hail on a Spark cluster, all tasks", "LD prune, PCA and OLS distributed are "
           "what the study's section 4.1 left open.",
           ("distributed", "distributed_cold"), (*TIMES, "peakmem_tree"), "nodes", _BY_TASK, "partitions",
           where={"tool": ("hail",)}),
    Figure("survival", "Survival", "What becomes of a run when, in the middle of it, a worker is "
           "killed or a node is lost, or when the workers have too little memory.",
           ("survival",), ("track_finished", "track_right", "track_hung", "track_time_lost"),
           "trouble", (Panel("Runs that finished", {"metric": "track_finished"}),
                       Panel("Runs with the right answer", {"metric": "track_right"}),
                       Panel("Runs that hung", {"metric": "track_hung"}),
                       Panel("Seconds lost", {"metric": "track_time_lost"})), "engine"),
    Figure("since", "How far the tools have come since", "The study's own releases and their "
           "packages beside today's, on the same machine and data.",
           ("scaling",), (*TIMES, "peakmem_tree"), "edition", _BY_TASK,
           where={"tool": ("sgkit", "hail")}),
)  # fmt: skip
