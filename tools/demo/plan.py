"""What the demo measures: which releases, on which data, by which benchmarks."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks._harness import cores, registry
from tools.upstreams import releases
from tools.upstreams.mirror import Commit, Mirror

# Data sets and their formats. On the large set Sgkit takes seconds, but LD pruning 20 s a call, so
# that task gets the medium set. Hail's JVM needs half a minute to start and warm up for each
# benchmark, whatever the size, so the tools are compared on the small set.
LARGE, MEDIUM, SMALL = "sim-2504-10k", "sim-2504-2k", "smoke"
DATA = {LARGE: ("zarr",), MEDIUM: ("zarr",), SMALL: ("zarr", "bed", "mt")}
CORES = 1  # for a tool's history
STACK = "frozen"

_TASKS = f"({'|'.join(registry.TASKS)})"
_MOST = f"({'|'.join(task for task in registry.TASKS if task != 'ld_prune')})"
_FEW = "(allele_frequency|pca|association)"  # for Dask, whose environments take long
_PROGRAMS = "|".join(entry.__name__ for entry in registry.programs().values())
_SGKIT = (
    rf"{_MOST}\.Sgkit\.time_compute\('{LARGE}', {CORES}\)",
    rf"ld_prune\.Sgkit\.time_compute\('{MEDIUM}', {CORES}\)",
    "sentinels",
)
_DASK = (rf"{_FEW}\.Sgkit\.time_compute\('{LARGE}', {CORES}\)", "sentinels")
# on one core, Hail waits for the JVM's compilers
_TWO = min(2, len(cores.physical(os.sched_getaffinity(0))))
_SLOW = ("repeat=2", "warmup_time=0")


def _beside(tasks: str, tools: str) -> tuple[str, ...]:
    return (rf"{tasks}\.({tools})\.time_end_to_end\('{SMALL}', {_TWO}\)",)


@dataclass(frozen=True)
class Chosen:
    """Releases of one tool, and the benchmarks (asv's --bench) that run on them."""

    tool: str
    versions: tuple[str, ...]
    bench: tuple[str, ...]
    seconds: float  # expected for one release on 2 cores
    attributes: tuple[str, ...] = ("repeat=3",)


@dataclass(frozen=True)
class Release:
    """One release to measure, as its choice says."""

    commit: Commit
    choice: Chosen

    @property
    def name(self) -> str:
        return f"{self.commit.tool}/{self.commit.version}"


CHOICE = (
    Chosen("sgkit", ("0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "newest"), _SGKIT, 70),
    # the tools side by side; programs of the machine once, as no commit changes them
    Chosen("sgkit", ("newest",), _beside(_TASKS, f"Sgkit|{_PROGRAMS}"), 60),
    Chosen("dask", ("2022.6.0", "2024.6.2", "newest"), _DASK, 50),
    Chosen("hail", ("0.2.120",), _beside("(allele_frequency|hardy_weinberg)", "Hail"), 100, _SLOW),
    Chosen("hail", ("newest",), _beside(_TASKS, "Hail"), 250, _SLOW),
)


def releases_to_measure(mirror: Mirror, choice: Iterable[Chosen] = CHOICE) -> list[Release]:
    """The demo's releases in order; "newest" is the newest release in the mirror.

    Raises UsageError for a release that the mirror does not have.
    """
    return [
        Release(releases.find(mirror, f"{chosen.tool}/{version}"), chosen)
        for chosen in choice
        for version in chosen.versions
    ]
