"""Which release on which stack stands for a tool: today's newest, and the study's own."""

from __future__ import annotations

import polars as pl

from tools.study.analysis.measurements import AXES, PROGRAMS

TODAY = "today"
STUDY = "study"  # also the name of its stack
TITLES = {TODAY: "today's newest", STUDY: "the study's own"}

_ENOUGH = 0.5  # a newer release with fewer of the best one's points is not yet measured
_RELEASE = ("tool", "date", "commit", "stack")
_IS_PROGRAM = pl.col("tool").is_in(PROGRAMS)


def assign(points: pl.DataFrame) -> pl.DataFrame:
    """The points of TODAY and STUDY, named in the column `edition`; no other release's points.

    A program of the machine is the same beside every commit: its last points are in both.
    """
    # the last of the points that repeat each other
    programs = (
        points.filter(_IS_PROGRAM)
        .sort("measured_at", maintain_order=True)
        .unique(["tool", "experiment", "metric", *AXES], keep="last", maintain_order=True)
    )
    releases = [
        (name, _newest(points.filter(~_IS_PROGRAM & ((pl.col("stack") == STUDY) == is_study))))
        for name, is_study in ((TODAY, False), (STUDY, True))
    ]
    is_alone = all(own.is_empty() for _, own in releases)  # without a release beside them
    return pl.concat(
        part.with_columns(edition=pl.lit(name))
        for name, own in releases
        for part in (own, programs.filter(pl.lit(is_alone or len(own) > 0)))
    )


def _newest(points: pl.DataFrame) -> pl.DataFrame:
    """Each tool's points at one commit and on one stack: the newest that is measured enough."""
    chosen = (
        points.group_by(_RELEASE)
        .len()
        .filter(pl.col("len") >= _ENOUGH * pl.col("len").max().over("tool"))
        .sort("tool", "date", "len", "commit", "stack")
        .unique("tool", keep="last")
    )
    return points.join(chosen, on=_RELEASE, how="semi", maintain_order="left").sort(
        "tool", maintain_order=True
    )
