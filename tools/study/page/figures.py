"""The figures of the study's page: 2.3 to 2.15 as the study had them, and the axes it left open.

A figure says which points it shows, what is on its x axis and what has a colour. All other axes
that vary among its points are choices of the reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from tools.study import words
from tools.study.analysis import reference
from tools.study.analysis.measurements import PROGRAMS

EAGER = ("time_load", "time_compute", "time_write")
TIMES = ("time_end_to_end", *EAGER)

# the order of values that are no numbers
ORDER = {
    "chunks": ["tiles", "rows", "large-rows"],
    "partitions": ["few", "many", "most"],
    "cache": ["warm", "cold", "dropped"],
    "trouble": ["none", "worker-killed", "node-lost", "memory-short"],
    "calls": ["one", "two"],
    "stage": ["load", "compute", "write"],
    "edition": ["study", "today"],
    "tool": list(words.TOOLS.values()),
    "task": list(words.TASKS),
    "metric": list(words.METRICS),
}


@dataclass(frozen=True)
class Panel:
    """One plot: the rows with these values, and which of their columns is drawn."""

    title: str
    where: Mapping[str, Any]
    column: str = "value"  # or "speedup"
    x: str = ""  # where it differs from the figure's

    def select(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows that the panel draws."""
        return rows.filter(pl.col(self.column).is_not_null(), **self.where)


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

    @property
    def filter(self) -> pl.Expr:
        """Which points belong to the figure."""
        where = {"experiment": self.experiments, "metric": self.metrics, **self.where}
        return pl.all_horizontal(pl.col(name).is_in(values) for name, values in where.items())

    @property
    def free_axes(self) -> list[str]:
        """The axes that are neither on the x axis, nor a colour, nor fixed: a reader chooses."""
        fixed = {self.x, self.colour, *self.where, *(panel.x for panel in self.panels)}
        fixed |= {name for panel in self.panels for name in panel.where}
        fixed |= {"data"} if self.x in ("n_samples", "n_variants") else {"n_samples", "n_variants"}
        fixed |= {"task"} if "hyperparameter" in fixed else set()
        fixed |= {"tool", "settings"} if self.colour == "engine" else set()
        fixed |= {"metric"} if self.x == "stage" else set()
        return [axis for axis in words.AXES if axis not in fixed]


def _single_node(task: str) -> Figure:
    return Figure(
        id=reference.figure(task),
        study=task in reference.tasks(),
        title=f"{words.task(task)} on one node",
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


_FEW = (
    "8 workers of 5 threads a node, as Dask's `auto` chooses, or their equivalent here: "
    "several threads to a worker."
)
_MANY = "40 workers of one thread a node, or their equivalent here: one thread to a worker."
_WIDE, _NARROW = ("8x5", "1x2", "any"), ("40x1", "2x1", "1x1", "any")
_SHARDS = (
    "`tiles` stands for the study's chunks of 10000x1000, `rows` for its 4000x2504 and "
    "`large-rows` for its 10000x2504 (variants x samples)."
)
_PARTS = "`few`, `many` and `most` stand for the study's 960, 8128 and 20318 partitions."
_OPEN = "The study's section 4.1 left this open."
_MEASURES = (*TIMES, "peakmem_tree")
_BY_TASK = tuple(Panel(label, {"task": task}) for task, label in words.TASKS.items())
_DASK, _SPARK = "Sgkit allele frequency on a Dask cluster", "on a Spark cluster"


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


_STUDY = (
    *map(_single_node, words.TASKS),
    _nodes("2.8", f"{_DASK}, few workers, warm", _FEW, layouts=_WIDE),
    _nodes("2.9", f"{_DASK}, many workers, warm", _MANY, layouts=_NARROW),
    _nodes("2.10", f"{_DASK}, few workers, cold", _FEW, layouts=_WIDE, cold=True),
    _nodes("2.11", f"{_DASK}, many workers, cold", _MANY, layouts=_NARROW, cold=True),
    _nodes("2.12", f"{_DASK}, three shardings, cold", _SHARDS, colour="chunks", cold=True),
    _nodes("2.13", f"{_DASK}, three shardings, warm", _SHARDS, colour="chunks"),
    _nodes("2.14", f"Hail allele frequency {_SPARK}", _PARTS, tool="hail", colour="partitions"),
    _nodes(
        "2.15", f"Hail HWE {_SPARK}", _PARTS,
        tool="hail", task="hardy_weinberg", colour="partitions",
    ),
)  # fmt: skip

_FURTHER = (
    Figure(
        id="samples",
        title="Number of samples",
        about=f"Each task against the number of samples, with as many variants. {_OPEN}",
        experiments=("scaling",),
        metrics=_MEASURES,
        x="n_samples",
        panels=_BY_TASK,
    ),
    Figure(
        id="variants",
        title="Number of variants",
        about="Each task against the number of variants, with as many samples.",
        experiments=("scaling",),
        metrics=_MEASURES,
        x="n_variants",
        panels=_BY_TASK,
    ),
    Figure(
        id="stages",
        title="Load, compute, write",
        about="Eager mode: where the time goes. PLINK has no such stages.",
        experiments=("scaling",),
        metrics=EAGER,
        x="stage",
        panels=_BY_TASK,
    ),
    Figure(
        id="chunks",
        title="Chunks of Sgkit on one node",
        about=_SHARDS,
        experiments=("sharding",),
        metrics=_MEASURES,
        x="chunks",
        panels=_BY_TASK,
        where={"tool": ("sgkit",)},
    ),
    Figure(
        id="partitions",
        title="Partitions of Hail on one node",
        about=_PARTS,
        experiments=("sharding",),
        metrics=_MEASURES,
        x="partitions",
        panels=_BY_TASK,
        where={"tool": ("hail",)},
    ),
    Figure(
        id="cache",
        title="Warm and cold page cache",
        about="warm: the input is in memory; cold: its pages were evicted before each run; "
        "dropped: the machine's whole cache was.",
        experiments=("caching",),
        metrics=("time_end_to_end", "time_load"),
        x="cache",
        panels=_BY_TASK,
    ),
    Figure(
        id="hyperparameters",
        title="Hyperparameters",
        about=f"One is changed, the others are the tasks' own. {_OPEN}",
        experiments=("hyperparameters",),
        metrics=("time_end_to_end", "time_compute", "peakmem_tree"),
        x="",
        panels=(
            Panel("PCA: components", {"hyperparameter": "n_components"}, x="n_components"),
            Panel("LD prune: r2 threshold", {"hyperparameter": "r2"}, x="r2"),
            Panel("LD prune: window", {"hyperparameter": "window"}, x="window"),
        ),
    ),
    Figure(
        id="filtering",
        title="HWE with filtering, in one call and in two",
        about="one: p and the choice of variants are one lazy result; two: the choice is computed "
        "first, as in the study.",
        experiments=("filtering",),
        metrics=("time_end_to_end", "track_input_reads"),
        x="calls",
        panels=(Panel("HWE with filtering", {"task": "hardy_weinberg"}),),
        where={"tool": ("sgkit",)},
    ),
    Figure(
        id="dask",
        title="Sgkit on a Dask cluster, all tasks",
        about=f"LD prune, PCA and OLS too. {_OPEN}",
        experiments=("distributed", "distributed_cold"),
        metrics=_MEASURES,
        x="nodes",
        panels=_BY_TASK,
        colour="chunks",
        where={"tool": ("sgkit",)},
    ),
    Figure(
        id="spark",
        title="Hail on a Spark cluster, all tasks",
        about=f"LD prune, PCA and OLS too. {_OPEN}",
        experiments=("distributed", "distributed_cold"),
        metrics=_MEASURES,
        x="nodes",
        panels=_BY_TASK,
        colour="partitions",
        where={"tool": ("hail",)},
    ),
    Figure(
        id="survival",
        title="Survival",
        about="What becomes of a run when in the middle of it a worker is killed or a node is "
        "lost, or when the workers have too little memory from the start.",
        experiments=("survival",),
        metrics=("track_finished", "track_right", "track_hung", "track_time_lost"),
        x="trouble",
        panels=(
            Panel("Runs that finished", {"metric": "track_finished"}),
            Panel("Runs with the right answer", {"metric": "track_right"}),
            Panel("Runs that hung", {"metric": "track_hung"}),
            Panel("Time lost", {"metric": "track_time_lost"}),
        ),
        colour="engine",
    ),
    Figure(
        id="since",
        title="How far the tools have come since",
        about="The study's own releases and their packages beside today's, on the same machine "
        "and data.",
        experiments=("scaling",),
        metrics=_MEASURES,
        x="edition",
        panels=_BY_TASK,
        where={"tool": tuple(tool for tool in words.TOOLS if tool not in PROGRAMS)},
    ),
)

FIGURES = (*_STUDY, *_FURTHER)
