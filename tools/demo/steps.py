"""What the demo measures: which releases, on which data, by which benchmarks."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks._harness import cores, registry
from tools.upstreams import releases
from tools.upstreams.mirror import Commit, Mirror

# What is prepared, and in which formats. On the large one Sgkit takes seconds; LD pruning takes
# 20 s a call there and gets the medium one. Hail's JVM takes half a minute a benchmark to start
# and warm up whatever the size: the tools are compared on the small one.
LARGE, MEDIUM, SMALL = "sim-2504-10k", "sim-2504-2k", "smoke"
DATA = {LARGE: ("zarr",), MEDIUM: ("zarr",), SMALL: ("zarr", "bed", "mt")}
CORES = 1  # for a tool's history
STACK = "frozen"

_TASKS = f"({'|'.join(registry.TASKS)})"
_MOST = f"({'|'.join(task for task in registry.TASKS if task != 'ld_prune')})"
_FEW = "(allele_frequency|pca|association)"  # of tools whose every step takes its time
_PROGRAMS = "|".join(entry.__name__ for entry in registry.programs().values())
_SGKIT = (
    rf"{_MOST}\.Sgkit\.time_compute\('{LARGE}', {CORES}\)",
    rf"ld_prune\.Sgkit\.time_compute\('{MEDIUM}', {CORES}\)",
    "sentinels",
)
_DASK = (rf"{_FEW}\.Sgkit\.time_compute\('{LARGE}', {CORES}\)", "sentinels")
# on one core the JVM's compilers hold Hail up
_TWO = min(2, len(cores.physical(os.sched_getaffinity(0))))
_SLOW = ("repeat=2", "warmup_time=0")


def _beside(tasks: str, tools: str) -> tuple[str, ...]:
    return (rf"{tasks}\.({tools})\.time_end_to_end\('{SMALL}', {_TWO}\)",)


@dataclass(frozen=True)
class Chosen:
    """One tool's share: its releases and the benchmarks (asv's --bench) that run on them."""

    tool: str
    versions: tuple[str, ...]
    bench: tuple[str, ...]
    seconds: float  # a release's likely cost on 2 cores, until this run has shown its own
    attributes: tuple[str, ...] = ("repeat=3",)


@dataclass(frozen=True)
class Step:
    """One release to measure."""

    commit: Commit
    bench: tuple[str, ...]
    seconds: float
    attributes: tuple[str, ...]


CHOICE = (
    Chosen("sgkit", ("0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "newest"), _SGKIT, 70),
    # the tools side by side; once for the programs of the machine, which no commit changes
    Chosen("sgkit", ("newest",), _beside(_TASKS, f"Sgkit|{_PROGRAMS}"), 60),
    Chosen("dask", ("2022.6.0", "2024.6.2", "newest"), _DASK, 50),
    Chosen("hail", ("0.2.120",), _beside("(allele_frequency|hardy_weinberg)", "Hail"), 100, _SLOW),
    Chosen("hail", ("newest",), _beside(_TASKS, "Hail"), 250, _SLOW),
)


def steps(mirror: Mirror, choice: Iterable[Chosen] = CHOICE) -> list[Step]:
    """The demo's steps in order; "newest" is the newest release that is mirrored.

    Raises UsageError for a release that the mirror does not have.
    """
    made = []
    for chosen in choice:
        for version in chosen.versions:
            commit = releases.find(mirror, f"{chosen.tool}/{version}")
            made.append(Step(commit, chosen.bench, chosen.seconds, chosen.attributes))
    return made
