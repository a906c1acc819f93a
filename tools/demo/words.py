"""What the demo found, in words."""

from __future__ import annotations

from collections.abc import Iterable

from tools.detection.changes import Change

_UNITS = {"seconds": ("faster", "slower"), "bytes": ("smaller", "larger")}
_LEAST = 1.3


def sentences(changes: Iterable[Change], names: dict[str, str]) -> list[str]:
    """One sentence a change of _LEAST times or more in a timing or memory, the largest first.

    What a control moved along with is left to machine_sentence.
    """
    lines = []
    for change in changes:
        if change.machine or not _tells(change):
            continue
        task, tool, metric = change.benchmark.split(".")[-3:]
        better, worse = _UNITS[change.unit]
        interval = ""
        if change.interval:
            low, high = sorted(
                (ratio if ratio >= 1 else 1 / ratio) for ratio in change.interval if ratio > 0
            )
            interval = f" (x {low:.2g} to {high:.2g})"
        old = names.get(change.old_commit, change.old_commit[:8])
        new = names.get(change.new_commit, change.new_commit[:8])
        lines.append(
            f"{task} in {tool}: {metric} {change.size:.1f} x "
            f"{better if change.better else worse} from {old} to {new}, "
            f"{change.old_value:.3g} -> {change.new_value:.3g} {change.unit}{interval}"
        )
    return lines


def machine_sentence(changes: Iterable[Change], names: dict[str, str]) -> str:
    """What the controls (PLINK, sentinels) say about the machine."""
    changes = list(changes)
    moved = [change for change in changes if change.control and change.size >= _LEAST]
    if not moved:
        return "The controls (PLINK and the sentinels) did not move: the machine was steady."
    worst = max(moved, key=lambda change: change.size)
    new = names.get(worst.new_commit, worst.new_commit[:8])
    along = sum(change.machine and _tells(change) for change in changes)
    left_out = f"Not listed, as they moved along with them: {along}. " if along else ""
    return (
        f"{len(moved)} controls (PLINK or sentinels, which no upstream commit can change) moved, "
        f"at most {worst.size:.1f} x ({worst.benchmark} at {new}): the machine was disturbed. "
        f"{left_out}Take changes of that size with care and run it again on a quiet machine."
    )


def _tells(change: Change) -> bool:
    return not change.control and change.size >= _LEAST and change.unit in _UNITS
