"""What recovers closes itself; what was suppressed comes back on its day."""

import datetime

from tests.alerts.made import TARGET, add_event
from tools.alerts import events
from tools.alerts.closing import close_recovered, open_again
from tools.alerts.events import CODE, Line
from tools.alerts.store import Store


def confirmed(store: Store, ratio: float) -> int:
    event = add_event(store, "a", "b", ratio)
    store.move(event.id, events.CONFIRMED, "")
    return event.id


def fix(store: Store, new_value: float) -> int:
    line = Line(TARGET, "", "seconds", True, 3.0, new_value)
    event = store.add("sgkit", "frozen", "box", CODE, "c", "d", [line])
    store.move(event.id, events.CONFIRMED, "")
    return event.id


def test_a_slow_down_that_was_undone_is_resolved(store: Store) -> None:
    slower = confirmed(store, 3.0)
    assert close_recovered(store) == []
    number = fix(store, 1.1)
    assert [event.id for event in close_recovered(store)] == [slower]
    assert store.history(slower)[-1]["why"] == f"recovered by event {number}"
    assert store.get(number).state == events.CONFIRMED  # reported as an improvement
    assert close_recovered(store) == []


def test_a_small_improvement_is_no_recovery(store: Store) -> None:
    slower = confirmed(store, 3.0)
    fix(store, 2.7)
    assert close_recovered(store) == []
    assert store.get(slower).state == events.CONFIRMED


def test_what_was_expected_stays(store: Store) -> None:
    slower = confirmed(store, 3.0)
    store.move(slower, events.EXPECTED, "meant")
    fix(store, 1.0)
    assert close_recovered(store) == []


def test_a_suppression_ends_on_its_day(store: Store) -> None:
    slower = confirmed(store, 3.0)
    store.move(slower, events.SUPPRESSED, "", until="2026-12-01")
    open_again(store, datetime.date(2026, 11, 30))
    assert store.get(slower).state == events.SUPPRESSED
    open_again(store, datetime.date(2026, 12, 1))
    assert store.get(slower).state == events.CONFIRMED
