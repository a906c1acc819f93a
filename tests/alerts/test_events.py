"""Events keep their states, their reasons and what was sent, and survive a restart."""

from pathlib import Path

import pytest

from tests.alerts.made import KEY, add_event, metric_beside, proof
from tools.alerts import states
from tools.alerts.bisection import Range
from tools.alerts.events import SeriesChange
from tools.alerts.evidence import Evidence, FunctionTime
from tools.alerts.store import Store
from tools.common.errors import DamagedError, UsageError


def test_states_with_their_reasons(store: Store) -> None:
    event = add_event(store, "a", "b", 1.5)
    store.set_state(event.id, states.CONFIRMED, "measured again")
    store.set_state(event.id, states.SUPPRESSED, "known", until="2027-01-01")
    kept = store.get(event.id)
    assert (kept.state, kept.until) == (states.SUPPRESSED, "2027-01-01")
    told = [(row["state"], row["why"]) for row in store.history(event.id)]
    assert told == [("new", "detected"), ("confirmed", "measured again"), ("suppressed", "known")]
    assert store.all(states.NEW) == []
    assert [one.id for one in store.all(states.SUPPRESSED)] == [event.id]


def test_all_is_there_after_a_restart(tmp_path: Path) -> None:
    first = Store(tmp_path / "x.sqlite")
    event = add_event(first, "a", "b", 1.5)
    first.add_evidence(event.id, profile=[FunctionTime("f", 1, 2)])
    first.add_evidence(event.id, range=Range("a", "b", (), True))
    first.add_answer(event.id, "c", None, "does not build")
    first.mark_sent(event.id, "feed", states.CONFIRMED)
    first.close()
    again = Store(tmp_path / "x.sqlite")
    assert again.get(event.id).evidence == Evidence(
        profile=(FunctionTime("f", 1, 2),), range=Range("a", "b", (), True)
    )
    assert again.answers(event.id) == {"c": None}
    assert again.was_sent(event.id, "feed", states.CONFIRMED)
    assert not again.was_sent(event.id, "mail", states.CONFIRMED)


def test_series_are_added_once_and_the_worst_is_measured(store: Store) -> None:
    event = add_event(store, "a", "b", 1.5)
    faster = SeriesChange(metric_beside("peakmem_tree"), "pca", "bytes", True, 10.0, 2.0)
    store.add_series(event.id, [faster])
    store.add_series(event.id, [faster])
    kept = store.get(event.id)
    assert len(kept.series) == 2
    assert [line.key for line in kept.claims] == [KEY, faster.key]  # people feel time
    store.add_evidence(event.id, confirmation=proof(faster.key, 5.0))
    assert store.get(event.id).main == faster
    tasks = SeriesChange(metric_beside("track_graph_tasks"), "pca", "tasks", False, 91, 176)
    store.add_series(event.id, [tasks])
    assert store.get(event.id).claims[0] == tasks  # which has no noise
    small = add_event(store, "a", "b", 1.05)
    store.add_series(small.id, [faster])
    assert store.get(small.id).main == faster


def test_what_is_wrong_is_said(tmp_path: Path, store: Store) -> None:
    with pytest.raises(UsageError, match="no event 7"):
        store.get(7)
    event = add_event(store, "a", "b", 1.5)
    with pytest.raises(UsageError, match="unknown state"):
        store.set_state(event.id, "fixed", "")
    (tmp_path / "broken.sqlite").write_text("this is no database, and long enough to be read")
    with pytest.raises(DamagedError, match="move it away"):
        Store(tmp_path / "broken.sqlite")
