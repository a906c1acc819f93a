"""The states of an event and what each allows: the only table of them."""

from dataclasses import dataclass

NEW, CONFIRMED, REFUTED, UNDECIDED = "new", "confirmed", "refuted", "undecided"
ACKNOWLEDGED, EXPECTED, SUPPRESSED, RESOLVED = "acknowledged", "expected", "suppressed", "resolved"
MERGED = "merged"  # an older event has the same commit

REPLACES, REFUTES, KEEPS = "replaces", "refutes", "keeps"


@dataclass(frozen=True)
class State:
    """What a state allows."""

    verdict: str = KEEPS  # a new verdict REPLACES the state, only REFUTES it, or KEEPS it
    measured: bool = False  # a night measures both ends, until there is a verdict
    searched: bool = False  # a night searches for the commit and explains it, once confirmed
    notified: bool = False  # channels send it, once each
    recovers: bool = False  # a later improvement resolves it
    decidable: bool = False  # people may decide about it
    suggested: bool = False  # messages print the commands to decide
    withdrawable: bool = False  # people may withdraw what put it into this state
    joinable: bool = False  # a later event of the same commit joins it
    settled: bool = False  # measuring gave no change: only other commits are news
    closes_issue: str | None = None  # GitHub's reason to close its issue


STATES = {
    NEW: State(REPLACES, measured=True, decidable=True, suggested=True),
    CONFIRMED: State(
        REPLACES, searched=True, notified=True, recovers=True, decidable=True, suggested=True,
        joinable=True,
    ),
    REFUTED: State(REPLACES, settled=True, closes_issue="not_planned"),
    UNDECIDED: State(REPLACES, measured=True, decidable=True, suggested=True, settled=True),
    ACKNOWLEDGED: State(
        REFUTES, measured=True, searched=True, recovers=True, decidable=True, suggested=True,
        withdrawable=True, joinable=True,
    ),
    EXPECTED: State(
        decidable=True, withdrawable=True, joinable=True, closes_issue="not_planned"
    ),
    SUPPRESSED: State(
        recovers=True, decidable=True, suggested=True, withdrawable=True, joinable=True
    ),
    RESOLVED: State(
        decidable=True, withdrawable=True, joinable=True, closes_issue="completed"
    ),
    MERGED: State(closes_issue="not_planned"),
}  # fmt: skip


def allowing(what: str) -> tuple[str, ...]:
    """The states that allow `what`: a field of State, such as "notified"."""
    return tuple(name for name, state in STATES.items() if getattr(state, what))


def after(state: str, outcome: str) -> str:
    """The state of an event that was in `state`, after a verdict of `outcome`."""
    verdict = STATES[state].verdict
    return outcome if verdict == REPLACES or (verdict, outcome) == (REFUTES, REFUTED) else state
