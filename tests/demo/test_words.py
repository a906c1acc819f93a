"""The demo's sentences: values at the releases, no controls, no small changes, the machine."""

from tools.demo import words
from tools.detection.changes import Change
from tools.results.series import Point

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
        "before": Point(1, 1.0, None),
        "after": Point(2, ratio, None),
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
    before, after = Point(1, 1.0, (1.0, 1.0)), Point(2, 3.0, (2.5, 3.5))
    (sentence,) = words.sentences([change(3.0, before=before, after=after)], NAMES)
    assert "3.0 x slower" in sentence
    assert "(x 2.5 to 3.5)" in sentence


def test_the_values_are_those_of_the_two_releases() -> None:
    """A level is the median of many releases: the two at the change may differ by more."""
    after = Point(2, 4.0, None)
    (sentence,) = words.sentences([change(3.0, after=after)], NAMES)
    assert "4.0 x slower" in sentence
    assert "1 -> 4 seconds" in sentence
    assert words.sentences([change(3.0, after=Point(2, 0.9, None))], NAMES) == []


def test_small_changes_and_controls_are_left_out() -> None:
    assert words.sentences([change(1.2), change(5.0, control=True)], NAMES) == []


def test_a_disturbed_machine_is_told() -> None:
    steady = words.machine_sentence([change(3.0)], NAMES)
    assert "steady" in steady
    disturbed = words.machine_sentence([change(2.0, "sentinels.Machine.time_x", control=True)], {})
    assert "disturbed" in disturbed


def test_what_a_control_changed_along_with_is_counted_only() -> None:
    sentinel = change(0.4, "sentinels.Machine.time_x", control=True)
    along = change(0.5, machine=True)
    own = change(0.1)
    (sentence,) = words.sentences([sentinel, along, own], NAMES)
    assert "10.0 x faster" in sentence
    assert "changed along with them: 1." in words.machine_sentence([sentinel, along, own], NAMES)
