"""Under what a figure's points were measured, in words: what is the same for all, and chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tools.study import words
from tools.study.analysis.editions import TITLES
from tools.study.page import rows
from tools.study.page.figures import Figure
from tools.study.page.rows import Row

NAMES = {
    "metric": words.METRICS, "task": words.TASKS, "tool": words.TOOLS, "edition": TITLES,
    "data": {rows.FULLEST: "each task's fullest"},
}  # fmt: skip


def constant(figure: Figure, found: Sequence[Row]) -> str:
    """What is the same for all rows of a figure, and so cannot be chosen."""
    values: dict[str, set[Any]] = {}
    for row in found:
        for axis, value in rows.equal_axes(figure, row).items():
            values.setdefault(axis, set()).add(value)
    said = [_named(axis, *values[axis]) for axis in words.AXES if len(values.get(axis, ())) == 1]
    if found and not any(row.keys() & {"chunks", "partitions"} for row in found):
        said.append("chunks and partitions: as prepared")
    return "; ".join(said)


def of(figure: Figure, found: Sequence[Row], choice: Mapping[str, Any]) -> str:
    """All of it for one choice, for a file; study-figures.js says the same in the page."""
    shown = rows.select(found, choice)
    sizes = {words.size(row) for row in shown}
    releases = {f"{words.TOOLS[row['tool']]} {row['release']}" for row in shown}
    said = [constant(figure, found), *(_named(axis, value) for axis, value in choice.items())]
    if len(sizes) == 1:
        said += sizes
    return "; ".join([*filter(None, said), ", ".join(sorted(releases))])


def _named(axis: str, value: Any) -> str:
    name = NAMES.get(axis, {}).get(value)
    return f"{words.AXES[axis]}: {name or (f'{value:,}' if isinstance(value, int) else value)}"
