"""The verdict on a change in the results, from the event that has it."""

from __future__ import annotations

import pytest

from tests.alerts.made import KEY, add_event, proof
from tools.alerts import events, states
from tools.alerts.store import Store
from tools.alerts.verdicts import MACHINE, SEEN, Verdict, Verdicts
from tools.results.series_key import SeriesKey

REVISIONS = {"a": 10, "b": 20, "c": 30}
SCOPE = ("sgkit", "frozen", "box")


def verdict(store: Store, **other: object) -> Verdict:
    asked = {"scope": SCOPE, "key": KEY, "better": False, "old": 10, "new": 20, **other}
    return Verdicts(store.all(), REVISIONS).of(**asked)  # type: ignore[arg-type]


@pytest.fixture
def confirmed(store: Store) -> Store:
    event = add_event(store, "a", "b", 1.5)
    store.add_evidence(event.id, confirmation=proof(KEY, 1.5))
    store.set_state(event.id, states.CONFIRMED, "")
    return store


def test_a_change_of_a_confirmed_event(confirmed: Store) -> None:
    assert verdict(confirmed) == Verdict(states.CONFIRMED, 1)
    assert verdict(confirmed, old=15, new=30) == Verdict(states.CONFIRMED, 1)  # a few points off


@pytest.mark.parametrize(
    "other",
    [
        {"scope": ("sgkit", "dated", "box")},
        {"key": SeriesKey("pca.Sgkit.time_load")},
        {"better": True},
        {"old": 20, "new": 30},
    ],
)
def test_another_change_is_only_seen(confirmed: Store, other: dict[str, object]) -> None:
    assert verdict(confirmed, **other) == Verdict()


def test_peoples_decisions_do_not_change_what_was_measured(confirmed: Store) -> None:
    confirmed.set_state(1, states.EXPECTED, "intended")
    assert verdict(confirmed).word == states.CONFIRMED


def test_an_event_that_was_not_measured_yet_is_seen_and_the_machines_is_its_own(
    store: Store,
) -> None:
    event = add_event(store, "a", "b", 1.5)
    assert verdict(store) == Verdict(SEEN, event.id)
    store.set_kind(event.id, events.MACHINE)
    assert verdict(store) == Verdict(MACHINE, event.id)


def test_the_strongest_verdict_counts_and_merged_events_do_not(confirmed: Store) -> None:
    again = add_event(confirmed, "a", "b", 1.5)
    assert verdict(confirmed) == Verdict(states.CONFIRMED, 1)
    confirmed.set_state(1, states.MERGED, "the same commit")
    assert verdict(confirmed) == Verdict(SEEN, again.id)
