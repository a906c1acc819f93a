"""The demo's sentences on what changed."""

from collections.abc import Mapping, Sequence

from tools.detection.changes import Change
from tools.detection.short_series import magnitude, ratio

_UNITS = {"seconds": ("faster", "slower"), "bytes": ("smaller", "larger")}
LEAST = 1.3  # times, between the two releases that a change is between


def sentences(changes: Sequence[Change], names: Mapping[str, str]) -> list[str]:
    """One sentence for each change of LEAST or more in a timing or memory, the largest first.

    The values are those at the two releases. `names` are the releases by commit.
    """
    lines = []
    for change in sorted(changes, key=_size, reverse=True):
        if change.machine or not _is_shown(change):
            continue
        task, tool, metric = change.benchmark.split(".")[-3:]
        better, worse = _UNITS[change.unit]
        lines.append(
            f"{task} in {tool}: {metric} {_size(change):.1f} x "
            f"{better if change.better else worse} "
            f"from {_name(change.old_commit, names)} to {_name(change.new_commit, names)}, "
            f"{change.before.value:.3g} -> {change.after.value:.3g} {change.unit}"
            f"{_interval(change)}"
        )
    return lines


def machine_sentence(changes: Sequence[Change], names: Mapping[str, str]) -> str:
    """What the controls (PLINK, sentinels) say about the machine."""
    moved = [change for change in changes if change.control and _size(change) >= LEAST]
    if not moved:
        return "The controls (PLINK and the sentinels) did not change: the machine was steady."
    worst = max(moved, key=_size)
    explained = sum(change.machine and _is_shown(change) for change in changes)
    left_out = f"Not listed, as they changed along with them: {explained}. " if explained else ""
    return (
        f"{len(moved)} controls (PLINK or sentinels, which no upstream commit can change) "
        f"changed, at most {_size(worst):.1f} x ({worst.benchmark} at "
        f"{_name(worst.new_commit, names)}): the machine was disturbed. {left_out}"
        "Take changes of that size with care, and run the demo again on a quiet machine."
    )


def _is_shown(change: Change) -> bool:
    return not change.control and _size(change) >= LEAST and change.unit in _UNITS


def _size(change: Change) -> float:
    """How many times the values at the two releases differ, the way that their levels do."""
    at_commits = ratio(change.before.value, change.after.value)
    return magnitude(at_commits) if (at_commits > 1) == (change.ratio > 1) else 1.0


def _interval(change: Change) -> str:
    """The interval of the factor between the two releases, where their samples tell it."""
    old, new = change.before.interval, change.after.interval
    if old is None or new is None or min(old[0], new[0]) <= 0:
        return ""
    low, high = sorted((magnitude(new[0] / old[1]), magnitude(new[1] / old[0])))
    return f" (x {low:.2g} to {high:.2g})"


def _name(commit: str, names: Mapping[str, str]) -> str:
    return names.get(commit, commit[:8])
