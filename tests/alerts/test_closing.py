"""What recovers closes itself; what was suppressed comes back on its day."""

import datetime
from dataclasses import replace

import pytest

from tests.alerts.made import KEY, add_event, proof
from tools.alerts import states
from tools.alerts.closing import end_suppressions, resolve_recovered
from tools.alerts.events import CODE, SeriesChange
from tools.alerts.store import Store

LINES = {"sgkit": [f"c{number:02}" for number in reversed(range(100))]}


def slower(store: Store, ratio: float = 3.0, old: str = "c50", new: str = "c51") -> int:
    event = add_event(store, old, new, ratio)
    store.add_evidence(event.id, confirmation=proof(KEY, ratio))
    store.set_state(event.id, states.CONFIRMED, "")
    return event.id


def fix(
    store: Store, values: tuple[float, float] = (3.0, 1.0), old: str = "c60", new: str = "c61"
) -> int:
    line = SeriesChange(KEY, "", "seconds", True, *values)
    event = store.add("sgkit", "frozen", "box", CODE, old, new, [line])
    store.add_evidence(event.id, confirmation=proof(KEY, line.ratio))
    store.set_state(event.id, states.CONFIRMED, "")
    return event.id


def closed(store: Store) -> list[int]:
    return [event.id for event in resolve_recovered(store, LINES)]


def test_a_slow_down_that_was_undone_is_resolved(store: Store) -> None:
    number = slower(store)
    assert closed(store) == []
    by = fix(store, (3.0, 1.1))
    assert closed(store) == [number]
    assert store.history(number)[-1]["why"] == f"recovered by event {by}"
    assert store.get(by).state == states.CONFIRMED  # reported as an improvement
    assert store.get(by).evidence.fixes == (number,)
    assert closed(store) == []


def test_a_small_improvement_is_no_recovery(store: Store) -> None:
    number = slower(store)
    fix(store, (3.0, 2.7))
    assert closed(store) == []
    assert store.get(number).state == states.CONFIRMED


def test_what_was_expected_stays(store: Store) -> None:
    store.set_state(slower(store), states.EXPECTED, "meant")
    fix(store)
    assert closed(store) == []


def test_an_improvement_of_an_older_commit_closes_nothing(store: Store) -> None:
    slower(store)
    fix(store, old="c10", new="c11")  # found later, in a gap of the history
    assert closed(store) == []


def test_a_fix_may_be_found_before_the_slow_down(store: Store) -> None:
    fix(store)
    number = slower(store)
    assert closed(store) == [number]


def test_what_may_have_been_before_closes_only_when_it_is_located(store: Store) -> None:
    number = slower(store, old="c50", new="c55")
    by = fix(store, old="c45", new="c60")
    assert closed(store) == []
    found = {"good": "c57", "bad": "c58", "between": [], "finished": True}
    store.add_evidence(by, range=found)
    assert closed(store) == [number]


def test_the_first_that_undid_it_is_named(store: Store) -> None:
    number = slower(store)
    fix(store, (1.0, 0.9), "c80", "c81")
    first = fix(store)
    assert closed(store) == [number]
    assert store.get(first).evidence.fixes == (number,)


@pytest.mark.parametrize("state", [states.ACKNOWLEDGED, states.EXPECTED, states.SUPPRESSED])
def test_a_fix_counts_whatever_was_decided_about_it(store: Store, state: str) -> None:
    number = slower(store)
    store.set_state(fix(store), state, "", until="2999-01-01")
    assert closed(store) == [number]


def test_a_fix_without_proof_closes_nothing(store: Store) -> None:
    slower(store)
    unproven = add_event(store, "c60", "c61", 1 / 3.0)
    store.set_state(unproven.id, states.ACKNOWLEDGED, "being looked at")
    assert closed(store) == []


@pytest.mark.parametrize("state", [states.ACKNOWLEDGED, states.CONFIRMED])
def test_what_people_opened_again_is_not_closed_by_the_same_fix(store: Store, state: str) -> None:
    number = slower(store)
    by = fix(store)
    assert closed(store) == [number]
    store.set_state(number, state, "still slow")
    fix(store, (1.0, 0.9), "c80", "c81")
    assert closed(store) == []
    assert store.get(number).state == state
    assert store.get(by).evidence.fixes == (number,)


def test_an_event_is_closed_with_its_fix_or_not_at_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    number = slower(store)
    by = fix(store)
    monkeypatch.setattr(store, "add_evidence", killed)
    with pytest.raises(KeyboardInterrupt):
        closed(store)
    monkeypatch.undo()
    assert store.get(number).state == states.CONFIRMED
    assert closed(store) == [number]
    assert store.get(by).evidence.fixes == (number,)


def test_better_than_before_is_recovered(store: Store) -> None:
    number = slower(store, 1.1)
    fix(store, (1.1, 0.9))
    assert closed(store) == [number]


def test_commits_that_upstream_removed_close_nothing(store: Store) -> None:
    slower(store)
    fix(store, old="gone", new="away")
    assert closed(store) == []


def test_a_suppression_ends_on_its_day(store: Store) -> None:
    number = slower(store)
    store.set_state(number, states.SUPPRESSED, "", until="2026-12-01")
    end_suppressions(store, datetime.date(2026, 11, 30))
    assert store.get(number).state == states.SUPPRESSED
    end_suppressions(store, datetime.date(2026, 12, 1))
    assert store.get(number).state == states.CONFIRMED


@pytest.mark.parametrize("outcome", [states.CONFIRMED, states.REFUTED, states.UNDECIDED])
def test_what_was_measured_while_it_was_suppressed_counts(store: Store, outcome: str) -> None:
    number = add_event(store, "c50", "c51", 3.0).id
    store.set_state(number, states.SUPPRESSED, "", until="2026-12-01")
    store.add_evidence(number, confirmation=replace(proof(KEY, 3.0), outcome=outcome))
    end_suppressions(store, datetime.date(2026, 12, 1))
    assert store.get(number).state == outcome


@pytest.mark.parametrize("state", [states.ACKNOWLEDGED, states.EXPECTED])
def test_what_was_decided_before_it_was_suppressed_comes_back(store: Store, state: str) -> None:
    number = slower(store)
    store.set_state(number, state, "")
    store.set_state(number, states.SUPPRESSED, "", until="2026-12-01")
    end_suppressions(store, datetime.date(2026, 12, 1))
    assert store.get(number).state == state


def test_a_suppression_whose_end_was_cut_short_is_told_of_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = slower(store)
    store.mark_sent(number, "digest", states.CONFIRMED)
    store.set_state(number, states.SUPPRESSED, "", until="2026-12-01")

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as night:
        night.setattr(store, "set_state", end)
        with pytest.raises(KeyboardInterrupt):
            end_suppressions(store, datetime.date(2026, 12, 1))
    assert store.get(number).state == states.SUPPRESSED
    end_suppressions(store, datetime.date(2026, 12, 1))
    assert not store.was_sent(number, "digest", states.CONFIRMED)


def test_a_suppression_of_what_was_acknowledged_ends_in_silence(store: Store) -> None:
    number = slower(store)
    store.mark_sent(number, "digest", states.CONFIRMED)
    store.set_state(number, states.ACKNOWLEDGED, "")
    store.set_state(number, states.SUPPRESSED, "", until="2026-12-01")
    end_suppressions(store, datetime.date(2026, 12, 1))
    assert store.get(number).state == states.ACKNOWLEDGED
    assert store.was_sent(number, "digest", states.CONFIRMED)
