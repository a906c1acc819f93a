"""What a message claims, and what it only mentions."""

from __future__ import annotations

from typing import Any

from tests.alerts.made import KEY, add_event, proof
from tools.alerts import events
from tools.alerts.evidence import OtherMetric
from tools.alerts.store import Store
from tools.notify import message
from tools.results.series_key import SeriesKey


def why(store: Store, ratio: float = 2.0, **facts: Any) -> list[str]:
    event = add_event(store, "a" * 40, "b" * 40, ratio)
    store.add_evidence(event.id, confirmation=proof(KEY, ratio), **facts)
    text = message.compose(store.get(event.id), "").text
    return [line for line in text.splitlines() if line.startswith(("beside", "profile"))]


def test_only_what_its_noise_supports_is_claimed_beside(store: Store) -> None:
    beside = [
        OtherMetric(KEY, 1.0, 2.0, False),
        OtherMetric(SeriesKey("a.B.time_x"), 1.0, 2.0, True),
        OtherMetric(SeriesKey("a.B.time_y"), 1.0, 1.5, False),
        OtherMetric(SeriesKey("a.B.time_z"), 1.0, 1.05, False),
    ]
    assert why(store, beside=beside) == [
        "beside   time_compute 1 -> 2",  # a series of the event's own
        "beside   time_x 1 -> 2",
        "beside   time_y 1 -> 1.5 (within the noise)",
    ]


def test_functions_with_a_small_part_of_the_gain_are_left_out(store: Store) -> None:
    profile = [
        {"function": "ld.py:f", "old": 0.286, "new": 1.68},
        {"function": "core.py:g", "old": 0.23, "new": 0.21},
        {"function": "core.py:h", "old": 0.0188, "new": 0.0211},
    ]
    assert why(store, profile=profile) == ["profile  ld.py:f 0.286 s -> 1.68 s"]
    faster = [{**one, "old": one["new"], "new": one["old"]} for one in profile]
    assert why(store, 0.5, profile=faster) == ["profile  ld.py:f 1.68 s -> 0.286 s"]
    assert why(store, profile=[{"function": "f", "old": 1.0, "new": 1.0}]) == []


def causes(store: Store, **facts: Any) -> list[str]:
    event = add_event(store, "a" * 40, "b" * 40, 1.5)
    store.add_evidence(event.id, confirmation=proof(KEY, 1.5), **facts)
    store.set_kind(event.id, events.DEPENDENCY)
    text = message.compose(store.get(event.id), "").text
    return [line for line in text.splitlines() if line.startswith(("cause", "packages"))]


def test_a_dependency_is_told_with_what_says_that_it_was_one(store: Store) -> None:
    named = [{"name": "numpy", "old": "1.26", "new": "2.0"}]
    frozen = "refuted: ratio 1.00, 99 % interval 0.99 to 1.01"
    assert causes(store, frozen=frozen, dependencies=named) == [
        "cause    numpy 1.26 -> 2.0 (the frozen stack shows no change)"
    ]
    packages = "confirmed: ratio 1.48, 99 % interval 1.40 to 1.56"
    by_packages = {"frozen": "pca failed at aaaaaaaa: ImportError", "packages": packages}
    assert causes(store, **by_packages, dependencies=named) == [
        "cause    numpy 1.26 -> 2.0 (the packages alone make the change)",
        f"packages the newer commit with the older ones and with its own: {packages}",
    ]
    assert causes(store, **by_packages) == [  # which one is not known yet
        f"packages the newer commit with the older ones and with its own: {packages}"
    ]
