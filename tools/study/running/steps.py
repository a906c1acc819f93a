"""The steps of a run, a part on a commit each, and what of them is measured already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from asv.config import Config

from benchmarks._harness.data import NotPrepared
from tools.execution import applicability, asv_run
from tools.results import stored
from tools.study.profiles.points import Point
from tools.study.profiles.profile import Part
from tools.upstreams.mirror import Commit


@dataclass(frozen=True)
class Step:
    """One part on one commit."""

    part: Part
    commit: Commit

    @property
    def name(self) -> str:
        return f"{self.part.name} {self.commit.tool}/{self.commit.version}"

    @property
    def environment(self) -> str:
        return asv_run.environment(self.part.stack)

    def seconds(self, points: int) -> float:
        """The estimate for so many of its points."""
        return self.part.seconds * points / len(self.part.points)


class Measured:
    """What of a step is there already, and what does not apply here."""

    def __init__(self, conf: Config, machine: str) -> None:
        self._conf, self._machine = conf, machine

    def missing(self, step: Step) -> list[Point]:
        """The points that are to be measured."""
        result = stored.results(self._conf, self._machine, step.commit.hash, step.environment)
        asked = self._asked(step)
        return [
            point
            for point in step.part.points
            if not (result and self._is_there(result, point, asked, step.part.repeat))
            and not hindrance(point)
        ]

    def failed(self, step: Step, points: list[Point]) -> list[Point]:
        """Those of the points that were asked for and have no answer."""
        asked = self._asked(step)
        return [point for point in points if str(point.key) not in asked]

    def _is_there(
        self, result: stored.Results, point: Point, asked: set[str], repeat: int
    ) -> bool:
        values = stored.values(result, point.described())
        if not values:
            return False
        place = point.index or 0
        value = values[place]
        samples = stored.samples(result, point.described(), place)
        if samples is not None and samples < repeat:
            return False  # of a profile that asked for fewer
        if point.metric.startswith("track_") and value is not None:
            return (
                str(point.key) in asked
            )  # a count may have no value, such as the time lost by none
        return stored.is_number(value)

    def _asked(self, step: Step) -> set[str]:
        """The series that were answered, by their provenance."""
        name = f"{step.commit.hash[:8]}-{step.environment}.jsonl"
        path = Path(self._conf.results_dir, self._machine, "provenance", name)
        return {line["benchmark"] for line in stored.provenance_of(path)}


def hindrance(point: Point) -> NotImplementedError | None:
    """Why the point does not apply here; that its data are not made yet is no hindrance."""
    found = applicability.reason_against(point.key)
    return None if isinstance(found, NotPrepared) else found


def without(part: Part, data: Sequence[str]) -> Part:
    """The part less the points of these data sets."""
    kept = [point for point in part.points if dict(point.parameters).get("data") not in data]
    seconds = part.seconds * len(kept) / len(part.points)
    return part.model_copy(update={"points": tuple(kept), "seconds": seconds})
