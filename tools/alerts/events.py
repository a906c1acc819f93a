"""An event: one change of one tool, with the series that show it, its state and its evidence.

All series that may have changed at one commit form one event, so a maintainer gets one message
about one commit.
"""

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
Scope = tuple[str, str, str]  # tool, stack, machine


@dataclass(frozen=True, slots=True)
class SeriesChange:
    """How one series of an event changed."""

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
        """The log ratio without its sign."""
        return abs(math.log(max(self.ratio, 1e-9)))


@dataclass(frozen=True)
class Event:
    """A change of one tool between two measured commits, as it stands now."""

    id: int
    tool: str
    stack: str
    machine: str
    kind: str
    old: str  # the last measured commit before the change
    new: str  # the first measured commit with it
    state: str
    why: str  # who or what put it into this state
    until: str | None  # of SUPPRESSED: an ISO date
    evidence: Evidence
    created: str
    updated: str
    series: tuple[SeriesChange, ...]

    @property
    def scope(self) -> Scope:
        return self.tool, self.stack, self.machine

    @property
    def uid(self) -> str:
        """An id that is unique among all databases: others have events of the same number."""
        origin = hashlib.sha256(f"{self.machine} {self.created}".encode()).hexdigest()[:16]
        return f"{self.id}-{origin}"

    @property
    def claims(self) -> list[SeriesChange]:
        """What to measure again, in order: the largest count, timing and other metric.

        Notable changes go first; among them counts, as they have no noise, and then timings.
        """
        by_size = sorted(self.series, key=lambda change: -change.size)
        kinds = [
            [change for change in by_size if change.unit in EXACT][:1],
            [change for change in by_size if change.unit == TIME][:1],
            [change for change in by_size if change.unit not in (*EXACT, TIME)][:1],
        ]
        return sorted(
            [change for kind in kinds for change in kind], key=lambda change: change.size < NOTABLE
        )

    @property
    def timing(self) -> SeriesChange | None:
        """The largest notable change of a timing."""
        timings = (change for change in self.claims if change.unit == TIME)
        return next((change for change in timings if change.size >= NOTABLE), None)

    @property
    def main(self) -> SeriesChange:
        """The series that stands for the event: the confirmed one, or the first claim."""
        proof = self.evidence.confirmation
        confirmed = (change for change in self.series if proof and change.key == proof.key)
        return next(confirmed, self.claims[0])

    @property
    def headline(self) -> SeriesChange:
        """The timing if it is confirmed too, else the main series: people feel time."""
        timing = self.evidence.timing
        if timing and timing.outcome == states.CONFIRMED:
            return next((change for change in self.series if change.key == timing.key), self.main)
        return self.main

    def ratio(self, change: SeriesChange) -> float:
        """After / before of a series: as last proven, else as detected."""
        proven = (proof.ratio for proof in reversed(self.proofs) if proof.key == change.key)
        return next(proven, change.ratio)

    @property
    def changed(self) -> frozenset[SeriesKey]:
        """The series that are claimed to have changed; others were measured beside them."""
        beside = (metric.key for metric in self.evidence.beside if metric.changed)
        return frozenset(beside) | {change.key for change in self.series}

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
        """Whether measurements confirm it; the machine's events need no proof."""
        return self.outcome == states.CONFIRMED

    @property
    def proofs(self) -> list[Proof]:
        """The proof of the change, and that of a timing at its commit, where there are any."""
        return [proof for proof in (self.evidence.confirmation, self.evidence.timing) if proof]

    @property
    def confirmed(self) -> frozenset[SeriesKey]:
        """The series that are confirmed, those of events that joined included."""
        own = (proof.key for proof in self.proofs if proof.outcome == states.CONFIRMED)
        return frozenset([*own, *self.evidence.joined])

    @property
    def ends(self) -> tuple[str, str]:
        """The nearest commits known before and after the change."""
        commits = self.evidence.range
        return (commits.good, commits.bad) if commits else (self.old, self.new)

    @property
    def commit(self) -> str | None:
        """The one commit that made the change, where it is known."""
        commits = self.evidence.range
        return commits.bad if commits and commits.finished and commits.exact else None

    @property
    def better(self) -> bool:
        """Whether it is an improvement."""
        return self.main.better
