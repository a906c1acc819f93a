"""The demo says what changed, leaves controls and small changes out, and warns of the machine."""

from tools.demo import words
from tools.detection.changes import Change

NAMES = {"a" * 40: "sgkit/0.5.0", "b" * 40: "sgkit/0.6.0"}


def change(ratio: float, benchmark: str = "hardy_weinberg.Sgkit.time_compute", **kwargs) -> Change:
    settings = {
        "tool": "sgkit",
        "benchmark": benchmark,
        "parameters": {},
        "environment": {},
        "kind": "step",
        "old_commit": "a" * 40,
        "new_commit": "b" * 40,
        "old_revision": 1,
        "new_revision": 2,
        "old_value": 1.0,
        "new_value": ratio,
        "unit": "seconds",
        "ratio": ratio,
        "interval": None,
        "better": ratio < 1,
        "control": False,
        "index": None,
    }
    return Change(**{**settings, **kwargs})


def test_an_improvement_in_words() -> None:
    (sentence,) = words.sentences([change(0.1)], NAMES)
    assert "10.0 x faster from sgkit/0.5.0 to sgkit/0.6.0" in sentence
    assert "1 -> 0.1 seconds" in sentence


def test_a_slow_down_with_its_interval() -> None:
    (sentence,) = words.sentences([change(3.0, interval=(2.5, 3.5))], NAMES)
    assert "3.0 x slower" in sentence
    assert "(x 2.5 to 3.5)" in sentence


def test_small_changes_and_controls_are_left_out() -> None:
    assert words.sentences([change(1.2), change(5.0, control=True)], NAMES) == []


def test_a_disturbed_machine_is_told() -> None:
    steady = words.machine_sentence([change(3.0)], NAMES)
    assert "steady" in steady
    disturbed = words.machine_sentence([change(2.0, "sentinels.Machine.time_x", control=True)], {})
    assert "disturbed" in disturbed


def test_what_a_control_moved_along_with_is_not_told_but_counted() -> None:
    sentinel = change(0.4, "sentinels.Machine.time_x", control=True)
    along = change(0.5, machine=True)
    own = change(0.1)
    (sentence,) = words.sentences([sentinel, along, own], NAMES)
    assert "10.0 x faster" in sentence
    assert "moved along with them: 1." in words.machine_sentence([sentinel, along, own], NAMES)
