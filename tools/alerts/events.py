"""What an event is: one change of one tool, with its series, its state and what was found out.

Every series that stepped at the same place belongs to it, so a maintainer hears once of one
commit.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

from tools.alerts import states
from tools.alerts.evidence import Evidence, Proof
from tools.results.metrics import EXACT, NOTABLE
from tools.results.series_key import SeriesKey

# what changed: the tool's code, one of its dependencies (dated stack only), or the machine
CODE, DEPENDENCY, MACHINE = "code", "dependency", "machine"

TIME = "seconds"


@dataclass(frozen=True, slots=True)
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
    evidence: Evidence
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
        """The series that stands for the event: the confirmed one, or the first to be measured."""
        proof = self.evidence.confirmation
        proven = (line for line in self.lines if proof and line.key == proof.key)
        return next(proven, self.claims[0])

    @property
    def changed(self) -> frozenset[SeriesKey]:
        """The series that are claimed to have changed; others were measured beside them."""
        beside = (metric.key for metric in self.evidence.beside if metric.changed)
        return frozenset(beside) | {line.key for line in self.lines}

    @property
    def outcome(self) -> str:
        """The state by measurements alone, whatever people decided; NEW before there are any."""
        if self.kind == MACHINE:  # needs no proof
            return states.CONFIRMED
        if self.evidence.confirmation:
            return self.evidence.confirmation.outcome
        return states.UNDECIDED if self.evidence.failures else states.NEW

    @property
    def proven(self) -> bool:
        """Whether it is confirmed by measurements; the machine's needs no proof."""
        return self.outcome == states.CONFIRMED

    @property
    def proofs(self) -> list[Proof]:
        """What was measured again: the change, and a timing at its commit."""
        return [proof for proof in (self.evidence.confirmation, self.evidence.timing) if proof]

    @property
    def confirmed(self) -> frozenset[SeriesKey]:
        """The series that are confirmed, those of events that joined included."""
        own = (proof.key for proof in self.proofs if proof.outcome == states.CONFIRMED)
        return frozenset([*own, *self.evidence.joined])

    @property
    def ends(self) -> tuple[str, str]:
        """The nearest commits known before and after the change."""
        found = self.evidence.range
        return (found.good, found.bad) if found else (self.old, self.new)

    @property
    def commit(self) -> str | None:
        """The one commit that made the change, where it is known."""
        return self.evidence.commit

    @property
    def better(self) -> bool:
        """Whether it is an improvement."""
        return self.worst.better
