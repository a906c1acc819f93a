"""A sentence a task on how our times differ from the study's, and what else differs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from tools.study import words
from tools.study.analysis import reference
from tools.study.analysis.estimates import Estimate
from tools.study.analysis.evidence import Points, pick
from tools.study.analysis.measurements import Measurement


def sentence(
    task: str,
    tools: Mapping[str, Measurement],
    ours: Mapping[tuple[str, str], Estimate],
) -> str:
    """A task's order and ratios beside the study's, the conditions of both, what is known."""
    here = words.setting(next(iter(tools.values())).axes)
    return (
        f"{words.TASKS[task]}: {_difference(tools, ours, reference.seconds(task))} Here {here}; "
        f"in the study {reference.setting(task)}. {reference.tasks()[task].differences}"
    )


def fixed_cost(points: Points) -> list[str]:
    """The shortest time of Hail: what it takes whatever the data, or more than that."""
    hail = pick(points, "time_end_to_end", "scaling", tool="hail")
    if not hail:
        return []
    least = min(hail, key=lambda point: point.value)
    return [
        f"The shortest time of Hail is {words.seconds(least.value)} "
        f"({words.TASKS[least.axes['task']]}, {words.setting(least.axes)}). What it takes "
        "whatever the data counts most on small data."
    ]


def _difference(
    tools: Mapping[str, Measurement],
    ours: Mapping[tuple[str, str], Estimate],
    theirs: Mapping[str, float],
) -> str:
    """What differs from the study in the order of the tools and in their distances."""
    here = _order(tools, ours)
    there = ", then ".join(words.TOOLS[tool] for tool in sorted(tools, key=lambda t: theirs[t]))
    said = [f"{here}, as in the study" if here == there else f"{here}; in the study {there}"]
    for (a, b), found in ours.items():
        before = theirs[a] / theirs[b]
        pair = f"{words.TOOLS[a]} / {words.TOOLS[b]}"
        if not found.decided:
            said.append(f"{pair} is {words.interval(found)}: not decided")
        elif (found.value > 1) != (before > 1):
            said.append(f"{pair} is turned round: {words.times(found.value)}, not "
                        f"{words.times(before)}")  # fmt: skip
        elif not 2 / 3 < found.value / before < 3 / 2:
            said.append(f"{pair} is {words.times(found.value)}, not {words.times(before)}")
    if len(said) == 1:
        said.append("no ratio differs by more than half")
    return "; ".join(said) + "."


def _order(tools: Mapping[str, Measurement], ours: Mapping[tuple[str, str], Estimate]) -> str:
    """The tools from the fastest on; neighbours that are not told apart are joined by `and`."""
    ordered = sorted(tools, key=lambda tool: tools[tool].value)
    said = ""
    for before, tool in pairwise([None, *ordered]):
        pair = ours.get((str(before), str(tool))) or ours.get((str(tool), str(before)))
        joint = "" if before is None else ", then " if pair and pair.decided else " and "
        said += joint + words.TOOLS[str(tool)]
    return said
