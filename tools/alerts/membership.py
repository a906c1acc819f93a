"""Which series an event's commit explains: those whose own points step there.

Steps are put together because their ranges of commits overlap. When the commit is known, a series
whose range holds it by chance, or whose points do not differ about it, is no part of the event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tools.alerts import states
from tools.alerts.events import Event
from tools.alerts.grouping import Step
from tools.alerts.store import Store
from tools.detection.change_points import well_apart

_NEAREST = 5  # points on either side of the commit
_AGREE = 0.8  # share of their pairs, one before and one after, that differ as the step says


def explained(
    event: Event, steps: Sequence[Step], revisions: Mapping[str, int]
) -> tuple[Step, ...]:
    """Those of an event's steps that its commit explains; all while that is searched for."""
    ends = _located(event, revisions)
    if ends is None:
        return tuple(steps)
    return tuple(step for step in steps if step.line.key in event.confirmed or _is_at(step, *ends))


def prune(store: Store, steps: Sequence[Step], revisions: Mapping[str, int]) -> None:
    """Take out of located events the series that none of `steps` keeps there."""
    for event in store.all():
        if event.state == states.MERGED or _located(event, revisions) is None:
            continue
        here = [step for step in steps if step.place == (event.tool, event.stack, event.machine)]
        kept = {(step.line.key, step.line.better) for step in explained(event, here, revisions)}
        store.drop(
            event.id,
            [
                line.key
                for line in event.lines
                if (line.key, line.better) not in kept and line.key not in event.confirmed
            ],
        )


def _located(event: Event, revisions: Mapping[str, int]) -> tuple[int, int] | None:
    """The ends of an event whose commit was searched for, unless upstream has rewritten them."""
    if not event.proven or not (event.evidence.range and event.evidence.range.finished):
        return None
    good, bad = (revisions.get(end) for end in event.ends)
    return None if good is None or bad is None else (good, bad)


def _is_at(step: Step, good: int, bad: int) -> bool:
    """Whether a series steps between two commits: by its range, and by the points around them."""
    if bad <= step.old or step.new <= good:
        return False
    before = [point for point in step.points if point.revision <= good][-_NEAREST:]
    after = [point for point in step.points if point.revision >= bad][:_NEAREST]
    up = step.line.new_value > step.line.old_value
    agreeing = sum(old.value != new.value and (new.value > old.value) == up
                   for old in before for new in after)  # fmt: skip
    if agreeing == 0 or agreeing < _AGREE * len(before) * len(after):
        return False
    return min(len(before), len(after)) > 1 or well_apart(before[-1], after[0])
