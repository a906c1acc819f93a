"""A series is part of an event when its own points step at the event's commit."""

from __future__ import annotations

from collections.abc import Sequence

from tests.alerts.made import change_points_at, proof
from tools.alerts import membership, states
from tools.alerts.events import Event
from tools.alerts.grouping import Detection, count_measured, detections_of, group
from tools.alerts.recording import merge_same_commit, record
from tools.alerts.store import Store
from tools.results.metrics import Metric
from tools.results.series import Point, Series
from tools.results.series_key import SeriesKey

TOOLS = frozenset({"sgkit"})
DECLARED = {
    name: Metric(name, "seconds", True, "")
    for name in ("time_compute", "time_end_to_end", "time_first_call")
}
HASHES = {number: f"{number:040x}" for number in range(40)}
REVISIONS = {commit: number for number, commit in HASHES.items()}
REAL, BESIDE = "ld_prune.Sgkit.time_compute", "ld_prune.Sgkit.time_end_to_end"
NOISY = "allele_frequency.Sgkit.time_first_call"


def series(benchmark: str, values: Sequence[float], spread: float = 0.01) -> Series:
    place = {"branch": "sgkit", "stack": "frozen", "machine": "box"}
    points = [
        Point(at, value, (value * (1 - spread), value * (1 + spread)))
        for at, value in enumerate(values)
    ]
    return Series(benchmark, None, {}, place, "", points)


def steps(made: Series, edge: int) -> list[Detection]:
    return detections_of([made], lambda one: change_points_at(one, edge), DECLARED, TOOLS)


def seen(store: Store, found: Sequence[Detection], *made: Series) -> list[Event]:
    return record(group(found, count_measured(made, TOOLS)), store, HASHES)


def locate(store: Store, event: Event, at: int, name: str = REAL) -> None:
    place = {"good": HASHES[at - 1], "bad": HASHES[at], "between": [], "finished": True}
    store.add_evidence(event.id, confirmation=proof(SeriesKey(name), 3.0), range=place)
    store.set_state(event.id, states.CONFIRMED, "")


def names(store: Store, event: Event) -> list[str]:
    return [line.key.benchmark for line in store.get(event.id).series]


# as they were measured: what is blurred reaches beyond the step of the other
STEPPED = series(REAL, [0.608, 0.594, 2.031, 2.049])
NOISE = series(NOISY, [35.4, 31.2, 25.4, 38.6])
MADE = (STEPPED, series(BESIDE, [0.65, 0.64, 2.10, 2.12]), NOISE)
FOUND = [*steps(MADE[0], 2), *steps(MADE[1], 2), *steps(NOISE, 3)]


def test_what_steps_elsewhere_by_noise_leaves_the_event_when_its_commit_is_known(
    store: Store,
) -> None:
    (event,) = seen(store, FOUND, *MADE)
    membership.prune(store, FOUND, REVISIONS)
    assert names(store, event) == [NOISY, REAL, BESIDE]  # nobody knows yet
    locate(store, event, 2)
    membership.prune(store, FOUND, REVISIONS)
    assert names(store, event) == [REAL, BESIDE]


def test_and_is_a_candidate_of_its_own(store: Store) -> None:
    (event,) = seen(store, FOUND, *MADE)
    locate(store, event, 2)
    membership.prune(store, FOUND, REVISIONS)
    (other,) = seen(store, FOUND, *MADE)
    assert seen(store, FOUND, *MADE) == []
    assert names(store, event) == [REAL, BESIDE]
    assert names(store, other) == [NOISY]


def test_what_was_proven_stays_whatever_its_points_say(store: Store) -> None:
    first, second = seen(store, FOUND[:1], *MADE)[0], seen(store, FOUND[2:], *MADE)[0]
    locate(store, first, 2)
    locate(store, second, 2, NOISY)
    merge_same_commit(store, store.get(second.id))
    membership.prune(store, FOUND, REVISIONS)
    assert names(store, first) == [NOISY, REAL]
    assert seen(store, [FOUND[0], FOUND[2]], *MADE) == []


def test_the_last_point_alone_is_enough_where_its_samples_are_well_apart(store: Store) -> None:
    made = [series(REAL, [1.0, 1.0, 1.0, 3.0]), series(BESIDE, [1.0, 1.1, 1.0, 1.5])]
    detections = [detection for one in made for detection in steps(one, 3)]
    (event,) = seen(store, detections, *made)
    locate(store, event, 3)
    membership.prune(store, detections, REVISIONS)
    assert names(store, event) == [REAL, BESIDE]
    vague = steps(series(BESIDE, [1.0, 1.1, 1.0, 1.5], spread=0.3), 3)
    membership.prune(store, [detections[0], *vague], REVISIONS)
    assert names(store, event) == [REAL]


def test_a_step_of_the_other_direction_is_no_support(store: Store) -> None:
    made = (STEPPED, series(BESIDE, [2.1, 2.0, 0.6, 0.7]))
    (event,) = seen(store, steps(STEPPED, 2), *made)
    locate(store, event, 2)
    store.add_series(event.id, [steps(MADE[1], 2)[0].change])
    membership.prune(store, [*steps(STEPPED, 2), *steps(made[1], 2)], REVISIONS)
    assert names(store, event) == [REAL]
