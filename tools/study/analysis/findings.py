"""What the study found, and the verdict of our measurements on each statement."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from benchmarks._harness.clusters import fault_injection
from tools.common import configuration
from tools.common.configuration import Items, Model
from tools.study import words
from tools.study.analysis import reference
from tools.study.analysis.comparisons import pick
from tools.study.analysis.evidence import Claim, ClaimEvidence, compare
from tools.study.analysis.measurements import AXES


class Finding(Model):
    """A statement of the study, its place there, and the claim that is examined for it."""

    id: str
    text: str
    source: str
    figures: Items[str]  # where the evidence is drawn
    rare: bool = False  # says that something happens now and then: its absence proves little
    claim: Claim | None = None  # and, as in evidence.compare:
    axis: str = ""
    values: Items[Items[str]] = ()
    share: float = 1.0
    where: dict[str, Items[Any]] = {}  # noqa: RUF012  # pydantic copies it

    def evidence(self, points: pl.DataFrame) -> list[ClaimEvidence]:
        """The comparisons of our measurements that bear on the finding."""
        if not self.claim:
            return _EXAMINE[self.id](points)
        fits = [pl.col(axis).is_in(values) for axis, values in self.where.items()]
        own = points.filter(*fits, metric="time_end_to_end")
        return compare(own, self.claim, self.axis, self.values, self.share)


class FindingOutcome(NamedTuple):
    """A finding's outcome for one edition."""

    words: str
    evidence: list[ClaimEvidence]


def judge(finding: Finding, points: pl.DataFrame) -> FindingOutcome:
    """Holds, does not hold, in part, not decided, not measured; if rare: seen or not seen."""
    evidence = finding.evidence(points)
    yes = sum(item.agrees is True for item in evidence)
    no = sum(item.agrees is False for item in evidence)
    unsure = len(evidence) - yes - no
    if not evidence:
        verdict = "not measured"
    elif finding.rare:
        seen = f"seen at {yes} of {len(evidence)} points" if yes else "not seen"
        verdict = f"{seen} in {sum(item.runs for item in evidence)} runs"
    elif not yes and not no:
        verdict = "not decided"
    else:
        word = "holds" if not no else "holds in part" if yes else "does not hold"
        verdict = f"{word}: {yes} for, {no} against" + f", {unsure} not decided" * bool(unsure)
    return FindingOutcome(verdict, evidence)


def _order(points: pl.DataFrame) -> list[ClaimEvidence]:
    """At each task of the study, the tool that was slower there is slower here."""
    evidence = []
    for name, task in reference.tasks().items():
        own = pick(points, "time_end_to_end", "scaling", task=name)
        slowest_first = sorted(task.seconds, key=task.seconds.__getitem__, reverse=True)
        evidence += compare(own, "slower", "tool", itertools.combinations(slowest_first, 2))
    return evidence


def _reads_twice(points: pl.DataFrame) -> list[ClaimEvidence]:
    return [
        ClaimEvidence(
            f"{words.setting(row)}, calls: {row['calls']}; read {words.times(row['value'])} times",
            (row["value"] > 1.5) == (row["calls"] == "two"),
            (row["id"],),
        )
        for row in pick(points, "track_input_reads", "filtering").to_dicts()
    ]


def _stealing_hangs(points: pl.DataFrame) -> list[ClaimEvidence]:
    own = pick(points, "track_hung", "survival", tool="sgkit", settings=("default", "stealing"))
    finished = pick(points, "track_finished", "survival")
    rows = own.join(
        finished, on=["tool", *AXES], how="left", nulls_equal=True, suffix="_finished",
        maintain_order="left",
    )  # fmt: skip
    evidence = []
    for row in rows.to_dicts():
        hung, share = row["value"], row["value_finished"]
        share = 1 - hung if share is None else share
        # the first failure is the last run
        runs = fault_injection.RUNS if share == 1 else round(1 / (1 - share))
        name = ", ".join((words.task(row["task"]), row["trouble"], row["settings"]))
        count = f"{name}: {round(hung * runs)} of {runs} hung"
        evidence.append(ClaimEvidence(count, True if hung > 0 else None, (row["id"],), runs))
    return evidence


_EXAMINE = {"order": _order, "reads": _reads_twice, "stealing": _stealing_hangs}


class _Findings(Model):
    finding: Items[Finding]


FINDINGS = configuration.read(Path(__file__).with_name("findings.toml"), _Findings).finding
