"""Retry of events that could not be measured: in NIGHTS later nights, and then no more.

A process that was killed for memory, or took too long, says nothing about the commits.
"""

import datetime

from tools.alerts import states
from tools.alerts.events import Event
from tools.alerts.store import Store

NIGHTS = 3
_APART = datetime.timedelta(hours=12)  # a night measures several times, and counts once


def is_due(event: Event) -> bool:
    """Whether to measure an event now; False once it has a verdict."""
    failures = event.evidence.failures
    if event.evidence.confirmation or len(failures) > NIGHTS:
        return False
    return not failures or _now() - failures[-1] >= _APART


def record_failure(store: Store, number: int, problem: Exception) -> None:
    """Note that an event could not be measured; it is UNDECIDED unless people have decided."""
    with store.transaction():
        event = store.get(number)
        failures = (*event.evidence.failures, _now().replace(microsecond=0))
        store.add_evidence(number, failures=failures)
        if states.after(event.state, states.UNDECIDED) == states.UNDECIDED:
            tried = f"{len(failures)} of {NIGHTS + 1} nights tried"
            why = f"{str(problem).splitlines()[0]}; {tried}"
            store.set_state(number, states.UNDECIDED, why)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)
