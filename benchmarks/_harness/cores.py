"""Restrict a process to a number of physical cores, and its thread pools with it."""

import os
from pathlib import Path

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
_allowed = None  # the CPUs of this process before it was first restricted


def physical(allowed, topology=Path("/sys/devices/system/cpu")):
    """One logical CPU of each physical core among those allowed, sorted."""
    first = {}
    for cpu in sorted(allowed):
        folder = topology / "cpu{}".format(cpu) / "topology"
        try:
            core = tuple(
                int((folder / name).read_text()) for name in ("physical_package_id", "core_id")
            )
        except (OSError, ValueError):
            core = (-1, cpu)  # some containers hide the topology: each CPU counts as a core
        first.setdefault(core, cpu)
    return sorted(first.values())


def available():
    """The CPUs that this process had when it started, one of each physical core."""
    global _allowed
    if _allowed is None:
        _allowed = os.sched_getaffinity(0)
    return physical(_allowed)


def choose(count):
    """CPUs of `count` physical cores; NotImplementedError (n/a) when there are fewer."""
    cpus = available()
    if count > len(cpus):
        raise NotImplementedError(
            "{} cores asked for, {} physical cores here".format(count, len(cpus))
        )
    return cpus[:count]


def take(count):
    """Restrict this process and its children to `count` cores, before it imports numpy."""
    os.sched_setaffinity(0, choose(count))
    os.environ.update({name: str(count) for name in _THREAD_VARIABLES})
