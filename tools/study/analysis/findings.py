"""What the study found, each statement with the way to examine our measurements for it."""

from __future__ import annotations

import itertools
from typing import Any

import polars as pl

from benchmarks._harness.clusters import fault_injection
from tools.study import words
from tools.study.analysis import reference
from tools.study.analysis.comparisons import pick
from tools.study.analysis.evidence import (
    Evidence,
    Finding,
    alike,
    compare,
    no_faster,
    slower,
    speed_up,
)
from tools.study.analysis.measurements import AXES

NEARLY = 0.75  # of the ideal: the least that is called an almost linear speed-up here

_NODE = ("scaling",)
_CLUSTER = ("distributed", "distributed_cold")
_COUNTS = ("allele_frequency", "hardy_weinberg")
_DASK: dict[str, Any] = {"experiments": _CLUSTER, "tool": "sgkit", "task": "allele_frequency"}
_SPARK: dict[str, Any] = {"experiments": ("distributed",), "tool": "hail", "task": _COUNTS}


def _order(points: pl.DataFrame) -> list[Evidence]:
    """At each task of the study, the tool that was slower there is slower here."""
    evidence = []
    for name, task in reference.tasks().items():
        for pair in itertools.combinations(task.seconds, 2):
            under, over = sorted(pair, key=task.seconds.__getitem__)
            evidence += compare(slower, "tool", (over, under), experiments=_NODE, task=name)(
                points
            )
    return evidence


def _reads_twice(points: pl.DataFrame) -> list[Evidence]:
    return [
        Evidence(
            f"{words.setting(row)}, calls: {row['calls']}; read {words.times(row['value'])} times",
            (row["value"] > 1.5) == (row["calls"] == "two"),
            (row["id"],),
        )
        for row in pick(points, "track_input_reads", "filtering").to_dicts()
    ]


def _stealing_hangs(points: pl.DataFrame) -> list[Evidence]:
    own = pick(points, "track_hung", "survival", tool="sgkit", settings=("default", "stealing"))
    finished = pick(points, "track_finished", "survival")
    rows = own.join(
        finished, on=["tool", *AXES], how="left", nulls_equal=True, suffix="_finished",
        maintain_order="left",
    )  # fmt: skip
    evidence = []
    for row in rows.to_dicts():
        hung, share = row["value"], row["value_finished"]
        runs = _runs(1 - hung if share is None else share)
        name = ", ".join((words.task(row["task"]), row["trouble"], row["settings"]))
        count = f"{name}: {round(hung * runs)} of {runs} hung"
        evidence.append(Evidence(count, True if hung > 0 else None, (row["id"],), runs))
    return evidence


def _runs(finished: float) -> int:
    """How many runs a point had, from the share that finished: the first failure is the last."""
    return fault_injection.RUNS if finished == 1 else round(1 / (1 - finished))


FINDINGS = (
    Finding("order", "The order of the three tools at each task",
     "Table 2.4", tuple(task.figure for task in reference.tasks().values()), _order),
    Finding("plink-flat", "PLINK's allele frequency and HWE are no faster with more cores",
     "Figures 2.3 and 2.4", ("2.3", "2.4"),
     compare(no_faster, "cores", experiments=_NODE, tool="plink", task=_COUNTS)),
    Finding("linear", "Sgkit and Hail speed up almost linearly with cores at these two tasks "
     f"(here: at least {NEARLY:.0%} of the ideal)",
     "Figures 2.3 and 2.4", ("2.3", "2.4"),
     compare(speed_up(NEARLY), "cores", experiments=_NODE, tool=("sgkit", "hail"), task=_COUNTS)),
    Finding("plink-ols", "PLINK is the slowest at OLS",
     "Figure 2.7", ("2.7",),
     compare(slower, "tool", ("plink", "sgkit"), ("plink", "hail"),
             experiments=_NODE, task="association")),
    Finding("reads", "Sgkit's HWE with filtering reads the genotypes twice if separate calls "
     "choose AF and HWE, and once in one call",
     "section 2.5.1", ("filtering",), _reads_twice),
    Finding("rows", "Row shards are ahead of tiles",
     "Figures 2.12 and 2.13", ("2.12", "2.13", "dask"),
     compare(slower, "chunks", ("tiles", "rows"), ("tiles", "large-rows"), **_DASK)),
    Finding("large-rows", "Larger row shards are ahead of smaller ones",
     "Figures 2.12 and 2.13", ("2.12", "2.13", "dask"),
     compare(slower, "chunks", ("rows", "large-rows"), **_DASK)),
    Finding("more-workers", "On 1 or 2 nodes many workers of one thread are ahead of few "
     "workers of several",
     "Figures 2.8 and 2.9", ("2.8", "2.9", "dask"),
     compare(slower, "layout", ("8x5", "40x1"), ("1x2", "2x1"), **_DASK, nodes=(1, 2))),
    Finding("fewer-workers", "On 8 nodes few workers are ahead",
     "Figures 2.8 and 2.9", ("2.8", "2.9"),
     compare(slower, "layout", ("40x1", "8x5"), ("2x1", "1x2"), **_DASK, nodes=8)),
    Finding("cold", "A cold cache makes a cluster slower",
     "Figures 2.8 to 2.11", ("2.8", "2.9", "2.10", "2.11"),
     compare(slower, "cache", ("cold", "warm"), **_DASK)),
    Finding("superlinear", "HWE on a Dask cluster scales out more than linearly",
     "Table 2.5", ("dask",),
     compare(speed_up(1.0), "nodes", **{**_DASK, "task": "hardy_weinberg"})),
    Finding("hail-linear", "Hail scales out almost linearly",
     "Figures 2.14 and 2.15", ("2.14", "2.15", "spark"),
     compare(speed_up(NEARLY), "nodes", **_SPARK)),
    Finding("partitions", "The number of partitions makes no difference to Hail",
     "Figures 2.14 and 2.15", ("2.14", "2.15", "spark"),
     compare(alike, "partitions", ("few", "many"), ("few", "most"), **_SPARK)),
    Finding("stealing", "Dask hangs now and then, mostly with work stealing",
     "section 2.6.2", ("survival",), _stealing_hangs, rare=True),
)  # fmt: skip
