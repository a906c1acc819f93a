"""Repeats of one commit: the stated detectable change is one that is detected."""

import math
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from asv.machine import Machine

from tests.alerts.made import KEY
from tools.alerts.store import Store
from tools.detection import sequential_test
from tools.detection.repeats import POWER, false_alarms, minimal_detectable
from tools.results.series_key import SeriesKey

NOISE = 0.03


def repeats(count: int, seed: int) -> list[tuple[float, float]]:
    noise = np.random.default_rng(seed).normal(0, NOISE, (count, 2))
    return [(math.exp(one), math.exp(two)) for one, two in noise]


def test_the_stated_change_is_confirmed_as_often_as_stated() -> None:
    ratio = minimal_detectable(repeats(2000, 1))
    assert ratio is not None
    found = 0
    for seed in range(300):
        source = iter(repeats(sequential_test.LOOKS[-1], 100 + seed))

        def pair(source=source) -> tuple[float, float]:
            first, second = next(source)
            return first, second * ratio

        found += sequential_test.decide(pair, ratio).outcome == sequential_test.CONFIRMED
    # it may stop earlier, so a little more often
    assert POWER - 0.07 < found / 300 < 0.97


def test_noisier_repeats_hide_more() -> None:
    quiet = [(1.0, 1 + (-1) ** at * 0.001) for at in range(10)]
    loud = [(1.0, 1 + (-1) ** at * 0.1) for at in range(10)]
    least, most = minimal_detectable(quiet), minimal_detectable(loud)
    assert least is not None
    assert most is not None
    assert least < most
    assert minimal_detectable(quiet[:3]) is None


def test_false_alarms_are_counted() -> None:
    record = false_alarms({"a": repeats(400, 5), "b": repeats(403, 6), "c": repeats(3, 7)})
    assert record.judged == 200
    assert record.alarms <= 3
    shifted = [(1.0, 1.2 + at / 1000) for at in range(8)]  # a machine that is not to be trusted
    assert false_alarms({"a": shifted}).alarms == 2


def test_repeats_are_kept(store: Store) -> None:
    for machine, first in (("box", 1.0), ("other", 9.0), ("box", 1.2)):
        store.add_repeat("frozen", machine, KEY, "c", first, 1.1)
    assert store.repeats("frozen", "box") == {KEY: [(1.0, 1.1), (1.2, 1.1)]}
    assert store.repeats("dated", "box") == {}
    assert store.repeated() == [("frozen", "box"), ("frozen", "other")]


def test_repeats_of_an_older_file_are_of_this_machine(tmp_path: Path) -> None:
    kernel = SeriesKey("sentinels.Machine.time_numpy_kernel")
    old = sqlite3.connect(tmp_path / "old.sqlite")
    with old:
        old.execute(
            "create table repeat (stack text not null, target text not null, commit_hash text not "
            "null, first real not null, second real not null, at text not null)"
        )
        old.execute(
            "insert into repeat values ('frozen', ?, 'c', 1.0, 1.1, '')", (kernel.benchmark,)
        )
    old.close()
    for _ in range(2):
        store = Store(tmp_path / "old.sqlite")
        here = Machine.get_unique_machine_name()
        assert store.repeats("frozen", here) == {kernel: [(1.0, 1.1)]}
        store.close()


@pytest.mark.parametrize("count", [0, 3])
def test_too_few_to_say(count: int) -> None:
    assert false_alarms({"a": repeats(count, 1)}).judged == 0
