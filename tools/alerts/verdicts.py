"""What is known of a change in the results: which event has it, and what measuring again gave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.alerts import events, states
from tools.alerts.events import Event, Scope
from tools.results.series_key import SeriesKey

SEEN = "seen"  # in the results only: not measured again, or not yet
MACHINE = "machine"  # the event is the machine's


@dataclass(frozen=True)
class Verdict:
    """CONFIRMED, REFUTED or UNDECIDED of tools.alerts.states, SEEN or MACHINE; and the event."""

    word: str = SEEN
    event: int | None = None


class Verdicts:
    """The verdicts of all events, to be asked for each change in the results."""

    def __init__(self, all_events: Iterable[Event], revisions: Mapping[str, int]) -> None:
        """`revisions` is the position of each commit on asv's axis."""
        self._events: dict[tuple[Scope, SeriesKey, bool], list[tuple[int, int, Event]]] = (
            defaultdict(list)
        )
        for event in all_events:
            old, new = revisions.get(event.old), revisions.get(event.new)
            if event.state == states.MERGED or old is None or new is None:
                continue  # the older event has its series, or upstream has rewritten its commits
            for line in event.series:
                self._events[event.scope, line.key, line.better].append((old, new, event))

    def of(self, scope: Scope, key: SeriesKey, better: bool, old: int, new: int) -> Verdict:
        """The verdict on a series that changed after revision `old`, at `new` at the latest.

        Of several events the one with the strongest verdict counts, and of equal ones the first.
        """
        fitting = [
            _verdict(event)
            for first, last, event in self._events.get((scope, key, better), ())
            if first < new and old < last
        ]
        return min(fitting, key=lambda one: _ORDER.index(one.word), default=Verdict())


_ORDER = (states.CONFIRMED, MACHINE, states.REFUTED, states.UNDECIDED, SEEN)


def _verdict(event: Event) -> Verdict:
    if event.kind == events.MACHINE:
        return Verdict(MACHINE, event.id)
    outcome = event.outcome
    return Verdict(SEEN if outcome == states.NEW else outcome, event.id)
