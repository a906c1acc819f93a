"""What the study found, each with how it is looked for in our own measurements."""

from __future__ import annotations

from benchmarks._harness.clusters import fault_injection
from tools.study import words
from tools.study.analysis import reference
from tools.study.analysis.evidence import (
    NEARLY,
    Evidence,
    Finding,
    Points,
    alike,
    least_and_most,
    no_faster,
    pairs,
    pick,
    slower,
    speed_up,
)
from tools.study.analysis.measurements import TASKS

_END = "time_end_to_end"
_CLUSTER = ("distributed", "distributed_cold")
_COUNTS = ("allele_frequency", "hardy_weinberg")


def _order(points: Points) -> list[Evidence]:
    found = []
    for task in TASKS:
        theirs = reference.seconds(task)
        own = pick(points, _END, "scaling", task=task)
        for a, b in (("sgkit", "plink"), ("hail", "plink"), ("sgkit", "hail")):
            over, under = (a, b) if theirs[a] > theirs[b] else (b, a)
            found += slower(pairs(own, "tool", over, under), "tool")
    return found


def _plink_flat(points: Points) -> list[Evidence]:
    own = pick(points, _END, "scaling", tool="plink", task=_COUNTS)
    return no_faster(least_and_most(own, "cores"), "cores")


def _near_linear(points: Points) -> list[Evidence]:
    own = pick(points, _END, "scaling", tool=("sgkit", "hail"), task=_COUNTS)
    return speed_up(least_and_most(own, "cores"), "cores", NEARLY)


def _plink_ols(points: Points) -> list[Evidence]:
    own = pick(points, _END, "scaling", task="association")
    return [
        one
        for other in ("sgkit", "hail")
        for one in slower(pairs(own, "tool", "plink", other), "tool")
    ]


def _reads_twice(points: Points) -> list[Evidence]:
    found = pick(points, "track_input_reads", "filtering")
    return [
        Evidence(f"{words.setting(point.axes)}, calls: {point.axes['calls']}; read "
                 f"{words.times(point.value)} times",
                 (point.value > 1.5) == (point.axes["calls"] == "two"), (point,))
        for point in found
    ]  # fmt: skip


def _rows_ahead(points: Points) -> list[Evidence]:
    own = pick(points, _END, *_CLUSTER, tool="sgkit", task="allele_frequency")
    return [
        one
        for shape in ("rows", "large-rows")
        for one in slower(pairs(own, "chunks", "tiles", shape), "chunks")
    ]


def _large_rows_ahead(points: Points) -> list[Evidence]:
    own = pick(points, _END, *_CLUSTER, tool="sgkit", task="allele_frequency")
    return slower(pairs(own, "chunks", "rows", "large-rows"), "chunks")


def _more_workers(points: Points) -> list[Evidence]:
    own = pick(points, _END, *_CLUSTER, tool="sgkit", task="allele_frequency", nodes=(1, 2))
    return [
        one
        for few, many in (("8x5", "40x1"), ("1x2", "2x1"))
        for one in slower(pairs(own, "layout", few, many), "layout")
    ]


def _fewer_workers(points: Points) -> list[Evidence]:
    own = pick(points, _END, *_CLUSTER, tool="sgkit", task="allele_frequency", nodes=8)
    return [
        one
        for few, many in (("8x5", "40x1"), ("1x2", "2x1"))
        for one in slower(pairs(own, "layout", many, few), "layout")
    ]


def _cold(points: Points) -> list[Evidence]:
    own = pick(points, _END, *_CLUSTER, tool="sgkit", task="allele_frequency")
    return slower(pairs(own, "cache", "cold", "warm"), "cache")


def _superlinear(points: Points) -> list[Evidence]:
    own = pick(points, _END, *_CLUSTER, tool="sgkit", task="hardy_weinberg")
    return speed_up(least_and_most(own, "nodes"), "nodes", 1.0)


def _hail_scales(points: Points) -> list[Evidence]:
    own = pick(points, _END, "distributed", tool="hail", task=_COUNTS)
    return speed_up(least_and_most(own, "nodes"), "nodes", NEARLY)


def _partitions_alike(points: Points) -> list[Evidence]:
    own = pick(points, _END, "distributed", tool="hail", task=_COUNTS)
    return [
        one
        for other in ("many", "most")
        for one in alike(pairs(own, "partitions", "few", other), "partitions")
    ]


def _stealing_hangs(points: Points) -> list[Evidence]:
    own = pick(points, "track_hung", "survival", tool="sgkit", settings=("default", "stealing"))
    finished = {
        point.condition[2:]: point.value for point in pick(points, "track_finished", "survival")
    }
    found = []
    for point in own:
        runs = _runs(finished.get(point.condition[2:], 1.0 - point.value))
        said = (
            f"{words.TASKS[point.axes['task']]}, {point.axes['trouble']}, "
            f"{point.axes['settings']}: {round(point.value * runs)} of {runs} hung"
        )
        found.append(Evidence(said, True if point.value > 0 else None, (point,), runs))
    return found


def _runs(finished: float) -> int:
    """How many runs a point had, from the share that finished: the first that does not ends it."""
    return fault_injection.RUNS if finished == 1 else round(1 / (1 - finished))


FINDINGS = (
    Finding("order", "The order of the three tools at each task", "Table 2.4",
            tuple(f"2.{3 + place}" for place in range(5)), _order),
    Finding("plink-flat", "PLINK's allele frequency and HWE are no faster with more cores",
            "Figures 2.3 and 2.4", ("2.3", "2.4"), _plink_flat),
    Finding("linear", "Sgkit and Hail speed up almost linearly with cores at these two tasks "
            f"(here: at least {NEARLY:.0%} of the ideal)", "Figures 2.3 and 2.4", ("2.3", "2.4"),
            _near_linear),
    Finding("plink-ols", "PLINK is the slowest at OLS", "Figure 2.7", ("2.7",), _plink_ols),
    Finding("reads", "Sgkit's HWE with filtering reads the genotypes twice, where AF and HWE are "
            "chosen by separate calls, and once in one call", "section 2.5.1", ("filtering",),
            _reads_twice),
    Finding("rows", "Row shards are ahead of tiles", "Figures 2.12 and 2.13",
            ("2.12", "2.13", "dask"), _rows_ahead),
    Finding("large-rows", "Larger row shards are ahead of smaller ones", "Figures 2.12 and 2.13",
            ("2.12", "2.13", "dask"), _large_rows_ahead),
    Finding("more-workers", "On 1 or 2 nodes many workers of one thread are ahead of few workers "
            "of several", "Figures 2.8 and 2.9", ("2.8", "2.9", "dask"), _more_workers),
    Finding("fewer-workers", "On 8 nodes few workers are ahead", "Figures 2.8 and 2.9",
            ("2.8", "2.9"), _fewer_workers),
    Finding("cold", "A cold cache makes a cluster slower", "Figures 2.8 to 2.11",
            ("2.8", "2.9", "2.10", "2.11"), _cold),
    Finding("superlinear", "HWE on a Dask cluster scales out more than linearly", "Table 2.5",
            ("dask",), _superlinear),
    Finding("hail-linear", "Hail scales out almost linearly", "Figures 2.14 and 2.15",
            ("2.14", "2.15", "spark"), _hail_scales),
    Finding("partitions", "The number of partitions makes no difference to Hail",
            "Figures 2.14 and 2.15", ("2.14", "2.15", "spark"), _partitions_alike),
    Finding("stealing", "Dask hangs now and then, mostly with work stealing", "section 2.6.2",
            ("survival",), _stealing_hangs, rare=True),
)  # fmt: skip
