"""What a message claims, and what it only mentions."""

from __future__ import annotations

from typing import Any

from tests.alerts.made import TARGET, add_event, proof
from tools.alerts import message
from tools.alerts.store import Store


def why(store: Store, ratio: float = 2.0, **facts: Any) -> list[str]:
    event = add_event(store, "a" * 40, "b" * 40, ratio)
    store.learn(event.id, confirmation=proof(TARGET, ratio), **facts)
    text = message.compose(store.get(event.id), "").text
    return [line for line in text.splitlines() if line.startswith(("beside", "profile"))]


def test_only_what_its_noise_supports_is_claimed_beside(store: Store) -> None:
    beside = {
        TARGET: [1.0, 2.0],
        "a.B.time_x-0": [1.0, 2.0],
        "a.B.time_y-0": [1.0, 1.5],
        "a.B.time_z-0": [1.0, 1.05],
    }
    assert why(store, beside=beside, beside_changed=["a.B.time_x-0"]) == [
        "beside   time_compute 1 -> 2",  # a series of the event's own
        "beside   time_x 1 -> 2",
        "beside   time_y 1 -> 1.5 (not told from noise)",
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
