"""The steps of a run (a part on a commit), and the points that they lack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asv.config import Config

from benchmarks._harness.data import NotPrepared
from tools.execution import applicability, asv_run
from tools.results import stored
from tools.study.profiles.points import Combination
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


class StoredCombinations:
    """What the results of a machine hold of a step."""

    def __init__(self, conf: Config, machine: str) -> None:
        self._conf, self._machine = conf, machine

    def missing(self, step: Step) -> list[Combination]:
        """The points without a result that apply here."""
        result = stored.results(self._conf, self._machine, step.commit.hash, step.environment)
        answered = self._answered(step)
        return [
            point
            for point in step.part.points
            if not (result and self._has_result(result, point, answered, step.part.repeat))
            and not hindrance(point)
        ]

    def failed(self, step: Step, points: list[Combination]) -> list[Combination]:
        """The points whose benchmark gave no answer."""
        answered = self._answered(step)
        return [point for point in points if str(point.key) not in answered]

    def _has_result(
        self, result: stored.Results, point: Combination, answered: set[str], repeat: int
    ) -> bool:
        values = stored.values(result, point.described())
        if not values:
            return False
        value = values[point.index]
        samples = stored.samples(result, point.described(), point.index)
        if samples is not None and samples < repeat:
            return False  # of a preset that asked for fewer
        if point.metric.startswith("track_") and value is not None:
            # a count may have no value: no run finished, so none has lost time
            return str(point.key) in answered
        return stored.is_number(value)

    def _answered(self, step: Step) -> set[str]:
        """The series that have a line of provenance."""
        commit = step.commit.hash
        path = stored.provenance_path(
            self._conf.results_dir, self._machine, commit, step.environment
        )
        return {line["benchmark"] for line in stored.provenance_of(path, commit)}


def hindrance(point: Combination) -> NotImplementedError | None:
    """Why the point does not apply here; data that are not prepared yet are no hindrance."""
    reason = applicability.reason_against(point.key)
    return None if isinstance(reason, NotPrepared) else reason


def without(part: Part, data: Sequence[str]) -> Part:
    """The part without the points of these data sets."""
    kept = [point for point in part.points if dict(point.parameters).get("data") not in data]
    seconds = part.seconds * len(kept) / len(part.points)
    return part.model_copy(update={"points": tuple(kept), "seconds": seconds})
