"""How good the detector is, beside others: on people's labels and on simulated series."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np

from tools.detection.change_points import change_points
from tools.detection.windowed_search import windowed_search
from tools.evaluation import baselines, labels, simulation

Values = baselines.Values
Detector = Callable[[Sequence[Values]], list[list[int]]]

OURS = "ours"
NOISE = (0.01, 0.02, 0.05)  # standard deviations, relative to the level
STEPS = (0.05, 0.1, 0.2, 0.5)
AFTER = (1, 2, 3, 5, 10, 20)  # points after the step
BEFORE = 40  # points before it
FEW_BEFORE = 6  # points before it in a new tracker
LENGTHS = (25, 100, 400)  # of the series without a change
LONG = (500,)  # of series that are long enough to know noise that comes in runs
STILL_POINTS = 10_000  # of each of these lengths, for each kind of noise
REPEATS = 10  # series for each combination with a step
NIGHTS = (30, 200)  # points that a replayed series has on its first and last night
FIRST_NIGHTS = (2, 29)  # the same in a new tracker
REPLAYED, FIRST_REPLAYED = 3, 20  # series of each kind
LATENCY = (3, 5, 10, 20)  # points after a labelled change


def one_by_one(detect: Callable[[Values], list[int]]) -> Detector:
    """A detector of many series from one of a single series."""
    return lambda many: [detect(values) for values in many]


def _indices(values: Values, *, exact: bool = False) -> list[int]:
    return [change.index for change in change_points(values, exact=exact)]


DETECTORS: dict[str, Detector] = {
    OURS: one_by_one(_indices),
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
    detections = detect([series.values for series in labelled.values()])
    figures: dict[str, Any] = asdict(
        labels.score(labelled, dict(zip(labelled, detections, strict=True)))
    )
    changes = [(series, change) for series in labelled.values() for change in series.consensus()]
    by_points = {}
    for points in LATENCY:
        cut = detect([series.values[: change + points] for series, change in changes])
        hits = [_near(indices, change) for indices, (_, change) in zip(cut, changes, strict=True)]
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
        detections = sum(map(len, detect(many)))
        alarms[kind] = 1000 * detections / sum(map(len, many))
    return alarms


def by_night(detect: Detector) -> dict[str, float]:
    """Alarms per 1,000 nights by kind of noise, when each night adds one point to a series.

    An alarm within the margin of an earlier one of the same series is the same alarm.
    """
    return _of_noise(detect, 2, NIGHTS, REPLAYED)


def in_first_nights(detect: Detector) -> dict[str, float]:
    """The same for the first nights of a tracker."""
    return _of_noise(detect, 4, FIRST_NIGHTS, FIRST_REPLAYED)


def on_counts() -> dict[str, float]:
    """Our detector on counts that are declared exact: figures by name.

    For counts that fluctuate all the same, the alarms per 1,000 nights, the first nights
    included. For those that do not, the share of levels of one commit that is detected.
    """
    detect = one_by_one(partial(_indices, exact=True))
    nights = FIRST_NIGHTS[0], NIGHTS[1]
    figures = {}
    for number, (kind, draw) in enumerate(simulation.COUNTS.items()):
        many = [
            draw(np.random.default_rng([5, number, repeat]), nights[1])
            for repeat in range(REPLAYED)
        ]
        figures[f"alarms per 1,000 nights: {kind}"] = _alarms_by_night(detect, many, nights)
    hits = total = 0
    for repeat in range(10 * REPEATS):
        values, changes = simulation.count(np.random.default_rng([6, repeat]), NIGHTS[1])
        hits += len(set(changes) & set(detect([values])[0]))
        total += len(changes)
    return {**figures, "% of levels of one commit detected": 100 * hits / total}


def _of_noise(
    detect: Detector, seed: int, nights: tuple[int, int], replayed: int
) -> dict[str, float]:
    alarms = {}
    for number, kind in enumerate(simulation.KINDS):
        many = [
            simulation.series(kind, np.random.default_rng([seed, number, repeat]), nights[1], 0.02)
            for repeat in range(replayed)
        ]
        alarms[kind] = _alarms_by_night(detect, many, nights)
    return alarms


def _alarms_by_night(detect: Detector, many: Sequence[Values], nights: tuple[int, int]) -> float:
    lengths = range(nights[0], nights[1] + 1)
    # one call for all nights: Otava's starts a process
    detections = iter(detect([values[:night] for values in many for night in lengths]))
    count = 0
    for _ in many:
        alarms: list[int] = []
        for indices in itertools.islice(detections, len(lengths)):
            new = [at for at in indices if not _near(alarms, at)]
            count += len(new)
            alarms += new
    return 1000 * count / (len(many) * len(lengths))


def with_step(
    detect: Detector, repeats: int = REPEATS, before: int = BEFORE
) -> list[dict[str, Any]]:
    """The share of steps that is detected, by kind of noise, its level, the step and points after.

    One row for each kind, level and step: `recall` by points after the step, half of the steps
    upwards and half downwards (to 1 / (1 + step)), and `delay`, the fewest of these points at
    which four fifths are detected (None if at none). `before` is the number of points before it.
    """
    combinations = list(itertools.product(enumerate(simulation.KINDS), NOISE, STEPS))
    many = []
    for (number, kind), noise, step in combinations:
        for after, repeat in itertools.product(AFTER, range(repeats)):
            seed = [3, number, int(1000 * noise), int(100 * step), after, repeat]
            ratio = 1 / (1 + step) - 1 if repeat % 2 else step
            rng = np.random.default_rng(seed)
            many.append(simulation.stepped(kind, rng, before, after, noise, ratio))
    hits = iter([_near(indices, before) for indices in detect(many)])
    rows = []
    for (_, kind), noise, step in combinations:
        recall = {after: sum(itertools.islice(hits, repeats)) / repeats for after in AFTER}
        delay = next((after for after, share in recall.items() if share >= 0.8), None)
        rows.append({"kind": kind, "noise": noise, "step": step, "recall": recall, "delay": delay})
    return rows


def _near(indices: Iterable[int], change: int) -> bool:
    return any(abs(at - change) <= labels.MARGIN for at in indices)
