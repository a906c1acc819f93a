"""What an event is: one change of one tool, with its series, its state and what was found out.

Every series that stepped at the same place belongs to it, so a maintainer hears once of one
commit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NEW, CONFIRMED, REFUTED, UNDECIDED = "new", "confirmed", "refuted", "undecided"
ACKNOWLEDGED, EXPECTED, SUPPRESSED, RESOLVED = "acknowledged", "expected", "suppressed", "resolved"
MERGED = "merged"  # found to be of the same commit as another event
STATES = (
    NEW, CONFIRMED, REFUTED, UNDECIDED, ACKNOWLEDGED, EXPECTED, SUPPRESSED, RESOLVED, MERGED,
)  # fmt: skip
# what stepped: the tool's code, one of its dependencies (dated stack only), or the machine
CODE, DEPENDENCY, MACHINE = "code", "dependency", "machine"

_NOTABLE = math.log(1.1)  # a timing that changed by less gives way to other metrics


@dataclass(frozen=True)
class Line:
    """One series of an event: what was measured and how it stepped."""

    target: str  # asv's "module.Class.method-3"
    title: str  # for people
    unit: str
    better: bool
    old_value: float
    new_value: float
    parameters: Mapping[str, str] = field(default_factory=dict)  # by name, as people write them

    @property
    def benchmark(self) -> str:
        """The target without the number of its parameter set."""
        return self.target.rpartition("-")[0] if self.parameters else self.target

    @property
    def ratio(self) -> float:
        """After / before."""
        return self.new_value / self.old_value if self.old_value else math.inf

    @property
    def size(self) -> float:
        """How far it stepped either way, as a log ratio."""
        return abs(math.log(max(self.ratio, 1e-9)))


@dataclass(frozen=True)
class Event:
    """A change of one tool between two measured commits, as it stands now."""

    id: int
    tool: str
    stack: str
    machine: str
    kind: str
    old: str  # the last commit before the change that was measured
    new: str  # the first one after it
    state: str
    until: str | None  # of SUPPRESSED: an ISO date
    facts: dict[str, Any]  # what confirm, localise and explain found
    created: str
    updated: str
    lines: tuple[Line, ...]

    @property
    def claims(self) -> list[Line]:
        """What to measure again, in this order: the worst timing, the worst of the others.

        People feel time, so it goes first where it changed notably.
        """
        by_size = sorted(self.lines, key=lambda line: -line.size)
        timings = [line for line in by_size if line.unit == "seconds"][:1]
        others = [line for line in by_size if line.unit != "seconds"][:1]
        notable = timings and (not others or timings[0].size >= _NOTABLE)
        return timings + others if notable else others + timings

    @property
    def worst(self) -> Line:
        """The series that stands for the event: what was confirmed, or will be first tried."""
        proven = self.facts.get("confirmation", {}).get("target")
        return next((line for line in self.lines if line.target == proven), self.claims[0])

    @property
    def ends(self) -> tuple[str, str]:
        """The nearest commits known before and after the change."""
        found = self.facts.get("range")
        return (found["good"], found["bad"]) if found else (self.old, self.new)

    @property
    def commit(self) -> str | None:
        """The one commit that made the change, where it was found."""
        found = self.facts.get("range")
        return found["bad"] if found and not found["between"] and found["finished"] else None

    @property
    def better(self) -> bool:
        """Whether it is an improvement."""
        return self.worst.better
