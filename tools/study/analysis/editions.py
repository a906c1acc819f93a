"""Which release on which stack stands for a tool: today's newest, and the study's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tools.study.analysis.measurements import AXES, Measurement

TODAY = "today"
STUDY = "study"  # also the name of its stack
TITLES = {TODAY: "today's newest", STUDY: "the study's own"}

_ENOUGH = 0.5  # of the points of the fullest edition: a newer one with fewer is not yet measured


def assign(points: Iterable[Measurement]) -> dict[str, list[Measurement]]:
    """The points of each edition, TODAY and STUDY; those of other releases are in neither."""
    points = list(points)
    made = {}
    for name in (TODAY, STUDY):
        own = [point for point in points if (point.stack == STUDY) == (name == STUDY)]
        tools = sorted({point.tool for point in own} - {"plink"})
        made[name] = [point for tool in tools for point in _newest(own, tool)]
    # PLINK is a program of the machine, the same beside every release
    plink = _last(point for point in points if point.tool == "plink")
    return {
        name: found + plink if found or not any(made.values()) else found
        for name, found in made.items()
    }


def _newest(points: list[Measurement], tool: str) -> list[Measurement]:
    """A tool's points at one commit and on one stack: the newest that is measured well enough."""
    own = [point for point in points if point.tool == tool]
    counts = Counter(_edition(point) for point in own if point.experiment in AXES)
    if not counts:
        return []
    enough = _ENOUGH * max(counts.values())
    chosen = max(
        (edition for edition, count in counts.items() if count >= enough),
        key=lambda edition: (edition[0], counts[edition], edition),
    )
    return [point for point in own if _edition(point) == chosen]


def _last(points: Iterable[Measurement]) -> list[Measurement]:
    """Of points that repeat each other the last."""
    ordered = sorted(points, key=lambda point: str(point.origin.get("at", "")))
    return list({point.condition: point for point in ordered}.values())


def _edition(point: Measurement) -> tuple[int, str, str]:
    return point.date, point.commit, point.stack
