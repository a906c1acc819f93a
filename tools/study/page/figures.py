"""The figures of the study's page: 2.3 to 2.15 as the study had them, and the axes it left open.

A figure says which points it shows, what is on its x axis and what has a colour. The other axes
that vary among its points are choices of the reader.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import polars as pl

from tools.common import configuration
from tools.common.configuration import Items, Model
from tools.study import words
from tools.study.analysis import reference


class Panel(Model):
    """One plot: the rows with these values, and which of their columns is drawn."""

    title: str
    where: dict[str, str]
    column: Literal["value", "speedup"] = "value"
    x: str = ""  # where it differs from the figure's

    def select(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows that the panel draws."""
        return rows.filter(pl.col(self.column).is_not_null(), **self.where)


class Figure(Model):
    """What is shown, and how."""

    id: str  # the study's number, or a name
    title: str
    about: str
    experiments: Items[str]
    metrics: Items[str]
    x: str = ""  # an axis, or "stage"; empty where the panels have their own
    colour: str = "tool"  # an axis, or "engine"
    where: dict[str, Items[str]] = {}  # noqa: RUF012  # pydantic copies it
    panels: Items[Panel] = tuple(
        Panel(title=label, where={"task": task}) for task, label in words.TASKS.items()
    )

    @property
    def study(self) -> bool:
        """Whether it is one of the study's own."""
        return self.id[0].isdigit()

    @property
    def filter(self) -> pl.Expr:
        """Which points belong to the figure."""
        where = {"experiment": self.experiments, "metric": self.metrics, **self.where}
        return pl.all_horizontal(pl.col(name).is_in(values) for name, values in where.items())

    @property
    def free_axes(self) -> list[str]:
        """The axes that are neither on the x axis, nor a colour, nor fixed: a reader chooses."""
        fixed = {self.x, self.colour, *self.where, *(panel.x for panel in self.panels)}
        fixed |= {name for panel in self.panels for name in panel.where}
        fixed |= {"data"} if self.x in ("n_samples", "n_variants") else {"n_samples", "n_variants"}
        fixed |= {"task"} if "hyperparameter" in fixed else set()
        fixed |= {"tool", "settings"} if self.colour == "engine" else set()
        fixed |= {"metric"} if self.x == "stage" else set()
        return [axis for axis in words.AXES if axis not in fixed]


class _Figures(Model):
    single_node: Figure
    figure: Items[Figure]


_READ = configuration.read(Path(__file__).with_name("figures.toml"), _Figures)


def _of_task(task: str) -> Figure:
    title = _READ.single_node.title.format(words.task(task))
    own = {"id": reference.figure(task), "title": title, "where": {"task": (task,)}}
    return _READ.single_node.model_copy(update=own)


FIGURES = (*map(_of_task, words.TASKS), *_READ.figure)
