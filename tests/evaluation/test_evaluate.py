"""The evaluation counts what detectors of known behaviour do; baselines are as published."""

from __future__ import annotations

import numpy as np
import pytest
from rich.console import Console

from tools.evaluation import baselines, evaluate, labels, simulation
from tools.evaluation.tables import tables


@pytest.fixture
def short(monkeypatch):
    """A small evaluation: the counting is the same."""
    monkeypatch.setattr(simulation, "KINDS", {"white": simulation.KINDS["white"]})
    monkeypatch.setattr(evaluate, "STILL_POINTS", 400)
    monkeypatch.setattr(evaluate, "NIGHTS", (30, 39))
    monkeypatch.setattr(evaluate, "REPLAYED", 1)


def always(many):
    return [[len(values) // 2] for values in many]


def never(many):
    return [[] for _ in many]


def at_the_step(many):
    return [[evaluate.BEFORE] for _ in many]


def test_alarms_are_counted_by_points_and_by_nights(short):
    series = 400 // 25 + 400 // 100 + 400 // 400
    assert evaluate.without_change(always) == {"white": 1000 * series / 1200}
    assert evaluate.without_change(always, (40, 200)) == {"white": 1000 * 12 / 800}
    assert evaluate.by_night(always) == {"white": 100.0}  # one event in ten nights
    assert evaluate.by_night(never) == {"white": 0.0}
    nights = evaluate.FIRST_NIGHTS[1] - evaluate.FIRST_NIGHTS[0] + 1
    in_the_middle = evaluate.in_first_nights(always)["white"] / 1000 * nights
    assert 2 < in_the_middle < nights / 2  # the middle moves on: an alarm in some nights


def test_steps_are_found_or_not(short):
    for row in evaluate.with_step(at_the_step, repeats=2):
        assert set(row["recall"].values()) == {1.0}
        assert row["delay"] == 1
    for row in evaluate.with_step(never, repeats=2):
        assert set(row["recall"].values()) == {0.0}
        assert row["delay"] is None


def test_labels_and_tables(short):
    labelled = {"one": labels.Labelled([1.0] * 60, [[30], [31]])}
    found = evaluate.on_labels(labelled, lambda many: [[30] for _ in many])
    assert found["recall"] == 1
    assert set(found["recall_by_points_after"].values()) == {1.0}
    report = {
        "labels": {"ours": found},
        "without_change": {"ours": {"white": 0.5}},
        "in_long_series": {"ours": {"white": 0.75}},
        "by_night": {"ours": {"white": 0.25}},
        "in_first_nights": {"ours": {"white": 1.25}},
        "with_step": {"ours": evaluate.with_step(at_the_step, repeats=1)},
        "with_early_step": {"ours": evaluate.with_step(never, repeats=1)},
        "counts": {"alarms": 0.125},
    }
    console = Console(width=200, record=True)
    for table in tables(report):
        console.print(table)
    printed = console.export_text()
    assert "0.50" in printed
    assert "0.75" in printed
    assert "1.25" in printed
    # over all noise, and for noise of 2 % by kind
    assert printed.count("100%") == 2 * len(evaluate.STEPS) * len(evaluate.AFTER)
    del report["labels"]
    assert len(list(tables(report))) == 9


def test_our_detector_is_the_nights() -> None:
    values = simulation.stepped("white", np.random.default_rng(1), 40, 1, 0.02, 0.5)
    detections = {
        name: detect([values])[0] for name, detect in list(evaluate.DETECTORS.items())[:2]
    }
    assert detections == {evaluate.OURS: [40], "windowed search": []}


def test_counts_show_each_level_and_no_fluctuation(monkeypatch) -> None:
    monkeypatch.setattr(evaluate, "NIGHTS", (30, 60))
    figures = evaluate.on_counts()
    assert figures.pop("% of levels of one commit detected") == 100
    assert list(figures) == [f"alarms per 1,000 nights: {kind}" for kind in simulation.COUNTS]
    assert max(figures.values()) < 100


@pytest.mark.parametrize("detect", [baselines.asv, baselines.perfherder])
def test_baselines_find_a_clear_step(detect):
    values = simulation.stepped("white", np.random.default_rng(1), 40, 40, 0.02, 0.5)
    assert detect(values) == [40]
    assert detect(values[:40]) == []
    assert detect(values[:10]) == []


def test_simulated_series_are_what_they_say():
    rng = np.random.default_rng(2)
    for kind in simulation.KINDS:
        values = simulation.stepped(kind, rng, 400, 400, 0.01, 0.5)
        assert values.shape == (800,)
        ratio = np.median(values[400:]) / np.median(values[:400])
        assert 1.4 < ratio < 1.8, kind
