"""Points that something else on the machine has disturbed, by what was recorded with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from tools.study import words
from tools.study.analysis.choices import ratio, slower
from tools.study.analysis.measurements import Measurement

RULE = (
    "Other processes, or other machines of the same host, had more than a quarter of a core while "
    "the point was measured (points of old, which do not know: the load average was above the "
    "physical cores by more than one), or compute alone is shown to take longer than the point end"
    " to end."
)
_OTHERS = 0.25  # cores

Key = tuple[str, str, str]  # commit, stack and name of a point: of one machine's points


def found(points: Iterable[Measurement]) -> dict[Key, tuple[Measurement, str]]:
    """Each disturbed point with the reason, the busiest first."""
    points = list(points)
    whole = {_place(point): point for point in points if point.metric == "time_end_to_end"}
    reasons = {}
    for point in sorted(points, key=lambda point: (-_others(point), -_load(point))):
        said = []
        cores = point.origin.get("physical_cores")
        if _others(point) > _OTHERS:
            said.append(f"others had {_others(point):.1f} cores")
        elif "others" not in point.origin and cores and _load(point) > cores + 1:
            said.append(f"load {_load(point):.1f} on {cores} cores")
        all_of_it = whole.get(_place(point)) if point.metric == "time_compute" else None
        if all_of_it and slower(ratio(point, all_of_it)):
            said.append(f"compute alone {words.seconds(point.value)}, end to end "
                        f"{words.seconds(all_of_it.value)}")  # fmt: skip
        if said:
            reasons[point.commit, point.stack, point.shown] = point, "; ".join(said)
    return reasons


def summary(points: Sequence[Measurement], busy: Iterable[Key]) -> list[str]:
    """How many of each release's points are disturbed."""
    by_release: dict[tuple[str, str], list[Key]] = defaultdict(list)
    for point in points:
        named = f"{words.TOOLS[point.tool]} {point.release}", point.stack
        by_release[named].append((point.commit, point.stack, point.shown))
    disturbed = set(busy)
    return [
        f"{name}, {stack} stack: {len(disturbed.intersection(own))} of {len(own)} points"
        for (name, stack), own in sorted(by_release.items())
        if disturbed.intersection(own)
    ]


def _others(point: Measurement) -> float:
    return float(point.origin.get("others") or 0)


def _load(point: Measurement) -> float:
    return float(point.origin.get("load") or 0)


def _place(point: Measurement) -> tuple[Any, ...]:
    return point.commit, point.stack, point.experiment, point.tool, *sorted(point.axes.items())
