"""How good the detector is, beside others: on people's labels and on simulated truth."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from tools.detection.change_points import change_points
from tools.detection.windowed_search import windowed_search
from tools.evaluation import baselines, labels, simulation

Values = baselines.Values
Detector = Callable[[Sequence[Values]], list[list[int]]]

OURS = "ours"
NOISE = (0.01, 0.02, 0.05)  # standard deviations, of the level
STEPS = (0.05, 0.1, 0.2, 0.5)
AFTER = (1, 2, 3, 5, 10, 20)  # points after the step
BEFORE = 40  # points before it
LENGTHS = (25, 100, 400)  # of the series without a change
LONG = (500,)  # and of those that are long enough to know noise that comes in runs
STILL_POINTS = 10_000  # of each of these lengths, for each kind of noise
REPEATS = 10  # series for each combination with a step
NIGHTS = (30, 200)  # points that a replayed series has on its first and last night
REPLAYED = 3  # series of each kind
LATENCY = (3, 5, 10, 20)  # points after a labelled change


def one_by_one(detect: Callable[[Values], list[int]]) -> Detector:
    """A detector of many series from one of a single series."""
    return lambda many: [detect(values) for values in many]


DETECTORS: dict[str, Detector] = {
    OURS: one_by_one(lambda values: [at.index for at in change_points(values)]),
    "windowed search": one_by_one(windowed_search),
    "asv": one_by_one(baselines.asv),
    "perfherder": one_by_one(baselines.perfherder),
    "otava": baselines.otava,
}


def on_labels(labelled: Mapping[str, labels.Labelled], detect: Detector) -> dict[str, Any]:
    """The figures of labels.Score, and the recall of consensus changes by points after them.

    For the latter each series is cut that many points after the change; a detection within the
    margin of the change counts.
    """
    found = detect([series.values for series in labelled.values()])
    figures: dict[str, Any] = asdict(
        labels.score(labelled, dict(zip(labelled, found, strict=True)))
    )
    changes = [(series, change) for series in labelled.values() for change in series.consensus()]
    by_points = {}
    for points in LATENCY:
        cut = detect([series.values[: change + points] for series, change in changes])
        hits = [_near(found, change) for found, (_, change) in zip(cut, changes, strict=True)]
        by_points[points] = sum(hits) / max(1, len(hits))
    figures["recall_by_points_after"] = by_points
    return figures


def without_change(detect: Detector, lengths: Sequence[int] = LENGTHS) -> dict[str, float]:
    """Alarms per 1,000 points by kind of noise, over series of `lengths` without any change."""
    alarms = {}
    for number, kind in enumerate(simulation.KINDS):
        many = [
            simulation.series(
                kind, np.random.default_rng([1, number, length, repeat]), length, 0.02
            )
            for length in lengths
            for repeat in range(STILL_POINTS // length)
        ]
        found = sum(len(changes) for changes in detect(many))
        alarms[kind] = 1000 * found / sum(len(values) for values in many)
    return alarms


def by_night(detect: Detector) -> dict[str, float]:
    """Alarms per 1,000 nights by kind of noise, when one point is added to a series each night.

    An alarm within the margin of an earlier one of the same series is the same alarm.
    """
    first, last = NIGHTS
    alarms = {}
    for number, kind in enumerate(simulation.KINDS):
        count = 0
        for repeat in range(REPLAYED):
            values = simulation.series(
                kind, np.random.default_rng([2, number, repeat]), last, 0.02
            )
            told: list[int] = []
            for found in detect([values[:night] for night in range(first, last + 1)]):
                new = [at for at in found if not _near(told, at)]
                count += len(new)
                told += new
        alarms[kind] = 1000 * count / (REPLAYED * (last - first + 1))
    return alarms


def with_step(detect: Detector, repeats: int = REPEATS) -> list[dict[str, Any]]:
    """The share of steps that is found, by kind of noise, its level, the step and points after.

    One row for each kind, level and step: `recall` by points after it, half of the steps upwards
    and half downwards (to 1 / (1 + step)), and `delay`, the fewest of these points at which four
    fifths are found (None if at none).
    """
    combinations = list(itertools.product(enumerate(simulation.KINDS), NOISE, STEPS))
    many = []
    for (number, kind), noise, step in combinations:
        for after, repeat in itertools.product(AFTER, range(repeats)):
            seed = [3, number, int(1000 * noise), int(100 * step), after, repeat]
            ratio = 1 / (1 + step) - 1 if repeat % 2 else step
            rng = np.random.default_rng(seed)
            many.append(simulation.stepped(kind, rng, BEFORE, after, noise, ratio))
    hits = iter([_near(found, BEFORE) for found in detect(many)])
    rows = []
    for (_, kind), noise, step in combinations:
        recall = {after: sum(itertools.islice(hits, repeats)) / repeats for after in AFTER}
        delay = next((after for after, share in recall.items() if share >= 0.8), None)
        rows.append({"kind": kind, "noise": noise, "step": step, "recall": recall, "delay": delay})
    return rows


def _near(found: Iterable[int], change: int) -> bool:
    return any(abs(at - change) <= labels.MARGIN for at in found)
