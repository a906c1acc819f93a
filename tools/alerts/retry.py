"""What could not be measured is tried again in a few later nights, and then no more.

A process that was killed for memory, or took too long, says nothing of the commits.
"""

from __future__ import annotations

import datetime

from tools.alerts import states
from tools.alerts.events import Event
from tools.alerts.store import Store

NIGHTS = 3  # that try again
_APART = datetime.timedelta(hours=12)  # a night looks at events several times, and counts once


def is_due(event: Event) -> bool:
    """Whether to measure an event, which no measuring has judged yet, now."""
    failures = event.evidence.failures
    if event.evidence.confirmation or len(failures) > NIGHTS:
        return False
    return not failures or _now() - failures[-1] >= _APART


def note(store: Store, event: int, problem: Exception) -> None:
    """Keep that an event could not be measured; UNDECIDED it is where people have not decided."""
    with store.together():
        known = store.get(event)
        failures = (*known.evidence.failures, _now().replace(microsecond=0))
        store.learn(event, failures=failures)
        if states.after(known.state, states.UNDECIDED) == states.UNDECIDED:
            why = str(problem).splitlines()[0]
            tried = f"{len(failures)} of {NIGHTS + 1} nights tried"
            store.move(event, states.UNDECIDED, f"{why}; {tried}")


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)
