"""The study's own numbers, from reference.toml: what ours are set beside."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = Path(__file__).with_name("reference.toml")


@functools.cache
def load() -> dict[str, Any]:
    """All of it, as in the file."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def seconds(task: str) -> dict[str, float]:
    """Table 2.4: seconds of each tool at a task, on one node with 16 cores."""
    found = load()["single_node"]["tasks"][task]
    return {tool: float(value) for tool, value in found.items() if tool != "data"}


def setting(task: str) -> str:
    """Data and cores of Table 2.4 at a task."""
    found = load()["single_node"]
    return f"{found['tasks'][task]['data']}, {found['cores']} cores"


def cluster_seconds(chunks: str, cache: str) -> dict[int, float]:
    """Table 2.5: seconds of Sgkit's HWE by the number of nodes."""
    found = load()["multi_node"]["chunks"][chunks][cache]
    return {int(nodes): float(value) for nodes, value in found.items()}
