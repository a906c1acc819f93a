"""What an event is: one change of one tool, with its series, its state and what was found out.

Every series that stepped at the same place belongs to it, so a maintainer hears once of one
commit.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any

from tools.results.metrics import EXACT, NOTABLE
from tools.results.series_key import SeriesKey

NEW, CONFIRMED, REFUTED, UNDECIDED = "new", "confirmed", "refuted", "undecided"
ACKNOWLEDGED, EXPECTED, SUPPRESSED, RESOLVED = "acknowledged", "expected", "suppressed", "resolved"
MERGED = "merged"  # found to be of the same commit as another event
STATES = (
    NEW, CONFIRMED, REFUTED, UNDECIDED, ACKNOWLEDGED, EXPECTED, SUPPRESSED, RESOLVED, MERGED,
)  # fmt: skip
# people have decided, whatever is measured; what is only acknowledged may still be refuted
_KEPT = (EXPECTED, SUPPRESSED, RESOLVED, MERGED)
# what stepped: the tool's code, one of its dependencies (dated stack only), or the machine
CODE, DEPENDENCY, MACHINE = "code", "dependency", "machine"

TIME = "seconds"


def state_after(state: str, outcome: str) -> str:
    """The state of an event that was in `state`, now that measuring has said `outcome`."""
    looked_after = state == ACKNOWLEDGED and outcome != REFUTED
    return state if looked_after or state in _KEPT else outcome


@dataclass(frozen=True)
class Line:
    """One series of an event: what was measured and how it stepped."""

    key: SeriesKey
    title: str  # for people
    unit: str
    better: bool
    old_value: float
    new_value: float

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
    why: str  # what or who put it into this state
    until: str | None  # of SUPPRESSED: an ISO date
    facts: dict[str, Any]  # what confirm, localise and explain found
    created: str
    updated: str
    lines: tuple[Line, ...]

    @property
    def key(self) -> str:
        """What it is known by elsewhere: other databases have events of its number."""
        own = hashlib.sha256(f"{self.machine} {self.created}".encode()).hexdigest()[:16]
        return f"{self.id}-{own}"

    @property
    def claims(self) -> list[Line]:
        """What to measure again, in this order: the worst count, timing, and other metric.

        A count that changed notably goes first, as it has no noise; then a notable timing.
        """
        by_size = sorted(self.lines, key=lambda line: -line.size)
        kinds = [
            [line for line in by_size if line.unit in EXACT][:1],
            [line for line in by_size if line.unit == TIME][:1],
            [line for line in by_size if line.unit not in (*EXACT, TIME)][:1],
        ]
        found = [line for kind in kinds for line in kind]
        return sorted(found, key=lambda line: line.size < NOTABLE)

    @property
    def timing(self) -> Line | None:
        """The worst timing, where it is claimed to have changed notably."""
        lines = [line for line in self.lines if line.unit == TIME and line.size >= NOTABLE]
        return max(lines, key=lambda line: line.size, default=None)

    @property
    def worst(self) -> Line:
        """The series that stands for the event: what was confirmed, or will be first tried."""
        proven = self.facts.get("confirmation", {}).get("key")
        return next((line for line in self.lines if str(line.key) == proven), self.claims[0])

    @property
    def changed(self) -> frozenset[SeriesKey]:
        """The series of which a change is claimed; others were measured beside them."""
        beside = map(SeriesKey.from_record, self.facts.get("beside_changed", ()))
        return frozenset(beside) | {line.key for line in self.lines}

    @property
    def outcome(self) -> str:
        """The state that measuring gave, whatever people decided; NEW before it was measured."""
        if self.kind == MACHINE:  # needs no proof
            return CONFIRMED
        tried = UNDECIDED if self.facts.get("failures") else NEW
        return str(self.facts.get("confirmation", {}).get("outcome", tried))

    @property
    def proven(self) -> bool:
        """Whether measuring again has confirmed it; what is the machine's needs no proof."""
        return self.outcome == CONFIRMED

    @property
    def proofs(self) -> frozenset[SeriesKey]:
        """The series that measuring again has confirmed, those of events that joined included."""
        own = [self.facts.get(name, {}) for name in ("confirmation", "timing")]
        confirmed = [one["key"] for one in own if one.get("outcome") == CONFIRMED]
        return frozenset(map(SeriesKey.from_record, [*confirmed, *self.facts.get("joined", ())]))

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
