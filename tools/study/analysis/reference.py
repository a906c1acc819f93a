"""The study's own numbers, from reference.toml: what our measurements stand beside."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from tools.common import configuration

FILE = Path(__file__).with_name("reference.toml")


class Setting(BaseModel, extra="forbid"):
    """What the study measured with."""

    machine: str
    releases: dict[str, str]
    packages: str
    source: str


class Task(BaseModel, extra="forbid"):
    """A line of Table 2.4: seconds of each tool, and where our tools differ in what they do."""

    figure: str
    data: str
    seconds: dict[str, float]
    differences: str


class SingleNode(BaseModel, extra="forbid"):
    """Table 2.4: one node, lazy mode."""

    source: str
    cores: int
    tasks: dict[str, Task]


class Chunks(BaseModel, extra="forbid"):
    """Lines of Table 2.5: seconds by number of nodes."""

    shape: str
    warm: dict[int, float]
    cold: dict[int, float]


class MultiNode(BaseModel, extra="forbid"):
    """Table 2.5: one task of Sgkit on a Dask cluster."""

    source: str
    task: str
    chunks: dict[Literal["tiles", "rows", "large-rows"], Chunks]


class Reference(BaseModel, extra="forbid"):
    """The whole file."""

    setting: Setting
    single_node: SingleNode
    multi_node: MultiNode


@functools.cache
def load(path: Path = FILE) -> Reference:
    """The study's numbers; ConfigError with the place of a mistake."""
    return configuration.read(path, Reference)


def tasks() -> dict[str, Task]:
    """The tasks that the study has; ours may be more."""
    return load().single_node.tasks


def ratio(task: str, over: str, under: str) -> float | None:
    """Table 2.4: seconds of one tool / seconds of another; None where the study has neither."""
    seconds = tasks()[task].seconds if task in tasks() else {}
    return seconds[over] / seconds[under] if {over, under} <= seconds.keys() else None


def figure(task: str) -> str:
    """The number of a task's figure in the study; for other tasks an id of our own."""
    return tasks()[task].figure if task in tasks() else f"task-{task}"
