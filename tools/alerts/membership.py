"""Which series an event's commit explains: those whose own points change there.

Detections form one event because their ranges of commits overlap. Once the commit is known, a
series leaves the event if its range holds the commit by chance only, or if its points do not
differ around it.
"""

from collections.abc import Mapping, Sequence

from tools.alerts import states
from tools.alerts.events import Event
from tools.alerts.grouping import Detection
from tools.alerts.store import Store
from tools.detection.change_points import well_apart

_NEAREST = 5  # points on either side of the commit
_AGREE = 0.8  # share of pairs, one point before and one after, that differ in the direction


def explained(
    event: Event, detections: Sequence[Detection], revisions: Mapping[str, int]
) -> tuple[Detection, ...]:
    """The detections that the event's commit explains; all of them while it is not known."""
    ends = _searched_ends(event, revisions)
    if ends is None:
        return tuple(detections)
    confirmed = event.confirmed
    return tuple(one for one in detections if one.change.key in confirmed or _is_at(one, *ends))


def prune(store: Store, detections: Sequence[Detection], revisions: Mapping[str, int]) -> None:
    """Remove from events whose commit is known the series that it does not explain."""
    for event in store.all():
        if event.state == states.MERGED or _searched_ends(event, revisions) is None:
            continue
        own = [detection for detection in detections if detection.scope == event.scope]
        kept = {(one.change.key, one.change.better) for one in explained(event, own, revisions)}
        store.remove_series(
            event.id,
            [
                change.key
                for change in event.series
                if (change.key, change.better) not in kept and change.key not in event.confirmed
            ],
        )


def _searched_ends(event: Event, revisions: Mapping[str, int]) -> tuple[int, int] | None:
    """The range that a finished search left, unless upstream has rewritten those commits."""
    commits = event.evidence.range
    if not event.proven or not commits or not commits.finished:
        return None
    good, bad = revisions.get(commits.good), revisions.get(commits.bad)
    return None if good is None or bad is None else (good, bad)


def _is_at(detection: Detection, good: int, bad: int) -> bool:
    """Whether a series changes between two commits, by its range and by the points around them."""
    if bad <= detection.old or detection.new <= good:
        return False
    before = [point for point in detection.points if point.revision <= good][-_NEAREST:]
    after = [point for point in detection.points if point.revision >= bad][:_NEAREST]
    up = detection.change.new_value > detection.change.old_value
    agreeing = sum(old.value != new.value and (new.value > old.value) == up
                   for old in before for new in after)  # fmt: skip
    if agreeing == 0 or agreeing < _AGREE * len(before) * len(after):
        return False
    return min(len(before), len(after)) > 1 or well_apart(before[-1], after[0])
