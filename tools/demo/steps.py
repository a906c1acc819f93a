"""What the demo measures: which releases, on which data, by which benchmarks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tools.common.errors import UsageError
from tools.upstreams.mirror import Commit, Mirror

# What is prepared, and in which formats. On the large one Sgkit takes seconds; LD pruning takes
# 20 s a call there and gets the medium one. Hail's JVM takes half a minute a benchmark to start
# and warm up whatever the size: the tools are compared on the small one.
LARGE, MEDIUM, SMALL = "sim-2504-10k", "sim-2504-2k", "smoke"
DATA = {LARGE: ("zarr",), MEDIUM: ("zarr",), SMALL: ("zarr", "bed", "mt")}
CORES = 1
STACK = "frozen"

_TASKS = "(allele_frequency|hardy_weinberg|ld_prune|pca|association)"
_MOST = "(allele_frequency|hardy_weinberg|pca|association)"
_HISTORY = (
    rf"{_MOST}\.Sgkit\.time_compute\('{LARGE}', {CORES}\)",
    rf"ld_prune\.Sgkit\.time_compute\('{MEDIUM}', {CORES}\)",
    "sentinels",
)


@dataclass(frozen=True)
class Chosen:
    """One tool's share: its releases and the benchmarks (asv's --bench) that run on them."""

    tool: str
    versions: tuple[str, ...]
    bench: tuple[str, ...]
    seconds: float  # a release's likely cost on 2 cores, until this run has shown its own
    # asv's: at least 3 samples, at most 5, no more than 5 s
    attributes: tuple[str, ...] = ("repeat=(3,5,5.0)",)


@dataclass(frozen=True)
class Step:
    """One release to measure."""

    commit: Commit
    bench: tuple[str, ...]
    seconds: float
    attributes: tuple[str, ...]


CHOICE = (
    Chosen("sgkit", ("0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "newest"), _HISTORY, 70),
    # the tools side by side; once for PLINK, which no commit changes
    Chosen(
        "sgkit",
        ("newest",),
        (rf"{_TASKS}\.(Sgkit|Plink)\.time_end_to_end\('{SMALL}', {CORES}\)",),
        80,
    ),
    Chosen("dask", ("2022.6.0", "2024.6.2", "newest"), _HISTORY, 60),
    Chosen(
        "hail",
        ("0.2.120", "newest"),
        (rf"{_TASKS}\.Hail\.time_end_to_end\('{SMALL}', {CORES}\)",),
        180,
        ("repeat=(2,3,3.0)", "warmup_time=0"),
    ),
)


def steps(mirror: Mirror, choice: Iterable[Chosen] = CHOICE) -> list[Step]:
    """The demo's steps in order; "newest" is the newest release that is mirrored.

    Raises UsageError for a release that the mirror does not have.
    """
    made = []
    for chosen in choice:
        releases = {release.version: release for release in mirror.releases(chosen.tool)}
        for version in chosen.versions:
            name = next(reversed(releases)) if version == "newest" and releases else version
            if name not in releases:
                raise UsageError(
                    f"{chosen.tool} {version} is not in the mirror",
                    hint=f"run `python -m tools upstreams update {chosen.tool}`",
                )
            made.append(Step(releases[name], chosen.bench, chosen.seconds, chosen.attributes))
    return made
