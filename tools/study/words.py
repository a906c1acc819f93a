"""How the study's page writes names, numbers and ratios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks._harness import registry
from tools.common import configuration

_NAMES = configuration.read(Path(__file__).with_name("words.toml"), dict[str, dict[str, Any]])
METRICS: dict[str, str] = _NAMES["metrics"]
AXES: dict[str, str] = _NAMES["axes"]
TASKS = {name: task.label for name, task in registry.TASKS.items()}
TOOLS = {name: tool.label for name, tool in registry.TOOLS.items()}
ORDER: dict[str, list[str]] = {  # of values that are no numbers
    **_NAMES["order"],
    "tool": list(TOOLS.values()),
    "task": list(TASKS),
    "metric": list(METRICS),
}


def tool(name: str) -> str:
    """A tool's name as people write it."""
    return TOOLS.get(name, name)


def task(name: str) -> str:
    """A task's name as people write it."""
    return TASKS.get(name, name)


def listed(words: Iterable[Any], last: str = "and") -> str:
    """ "a, b and c"."""
    texts = [str(word) for word in words]
    return f" {last} ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))


def counted(number: int, noun: str) -> str:
    """ "1 node", "2 nodes"."""
    return f"{number} {noun}{'s' * (number != 1)}"


def times(number: Any) -> str:
    """A ratio with two or three significant digits and no exponent."""
    if number >= 100:
        return f"{number:,.0f}"
    if number >= 10:
        return f"{number:.1f}"
    return f"{number:.2f}" if number >= 0.0995 else f"{number:.2g}"


def spans(values: Iterable[Any]) -> str:
    """Numbers as "2 to 8", equal numbers as one."""
    numbers = sorted(values)
    return " to ".join(f"{number:,}" for number in dict.fromkeys((numbers[0], numbers[-1])))


def seconds(number: float) -> str:
    """A time with three significant digits, never broken between number and unit."""
    return f"{number:,.0f}\u00a0s" if number >= 100 else f"{number:.3g}\u00a0s"


def interval(row: Mapping[str, Any]) -> str:
    """The ratio of a row with its interval, "2.1 (1.9 to 2.4)"."""
    if row["ratio_low"] is None:
        return f"{times(row['ratio'])} (too few samples for an interval)"
    low, high = times(row["ratio_low"]), times(row["ratio_high"])
    return f"{times(row['ratio'])} ({low} to {high})"


def size(row: Mapping[str, Any]) -> str:
    """The data set of a row by its size, or by its name where that is not recorded."""
    if row.get("n_samples") is None:
        return str(row.get("data") or "")
    return f"{row['n_samples']:,} samples x {row['n_variants']:,} variants"


def setting(row: Mapping[str, Any]) -> str:
    """Data and cores of a row."""
    cores = row.get("cores")
    return size(row) + (f", {counted(cores, 'core')}" if cores else "")


def condition(row: Mapping[str, Any]) -> str:
    """The tool, task, data and other axes of a row, but for those that are None."""
    parts = [tool(row["tool"])] if row.get("tool") else []
    parts += [task(row["task"]), size(row)]
    for axis in ("cores", "nodes", "layout", "chunks", "partitions", "settings", "cache"):
        if row.get(axis) is not None:
            parts.append(f"{AXES[axis]} {row[axis]}")
    return ", ".join(parts)
