"""What the demo measures: which releases, on which data, by which benchmarks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tools.common.errors import UsageError
from tools.upstreams.mirror import Commit, Mirror

DATA = "sim-2504-10k"
SMALLER = "sim-2504-2k"  # for LD pruning: 20 s a call on the other
CORES = 1
STACK = "frozen"
REPEAT = "(3,5,5.0)"  # asv's: at least 3 samples, at most 5, no more than 5 s

_SENTINELS = "sentinels"


def _tasks(metric: str) -> tuple[str, str]:
    """asv's --bench for a class's metric on all five tasks."""
    most = "(allele_frequency|hardy_weinberg|pca|association)"
    return (
        rf"{most}\.{metric}\('{DATA}', {CORES}\)",
        rf"ld_prune\.{metric}\('{SMALLER}', {CORES}\)",
    )


@dataclass(frozen=True)
class Chosen:
    """One tool's share: its releases and the benchmarks (asv's --bench) that run on them."""

    tool: str
    versions: tuple[str, ...]
    bench: tuple[str, ...]
    seconds: float  # a release's likely cost on 2 cores, until this run has shown its own


@dataclass(frozen=True)
class Step:
    """One release to measure."""

    commit: Commit
    bench: tuple[str, ...]
    seconds: float


CHOICE = (
    Chosen(
        "sgkit",
        ("0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "newest"),
        (*_tasks(r"Sgkit\.time_compute"), _SENTINELS),
        80,
    ),
    # no commit changes PLINK: once is enough for the comparison of the tools
    Chosen("sgkit", ("newest",), _tasks(r"Plink\.time_end_to_end"), 60),
    Chosen(
        "dask",
        ("2022.6.0", "2024.6.2", "newest"),
        (*_tasks(r"Sgkit\.time_compute"), _SENTINELS),
        65,
    ),
    Chosen("hail", ("0.2.120", "newest"), _tasks(r"Hail\.time_end_to_end"), 150),
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
            made.append(Step(releases[name], chosen.bench, chosen.seconds))
    return made
