"""Steps become events: one a commit, the machine's apart from the code's, once only."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest

from tests.alerts.made import change_points_at
from tools.alerts import events, states
from tools.alerts.detector import Detector
from tools.alerts.grouping import Candidate, count_measured, detections_of, group
from tools.alerts.recording import merge_same_commit, record
from tools.alerts.store import Store
from tools.detection import changes
from tools.detection.change_points import ChangePoint, in_points
from tools.evaluation import simulation
from tools.results.metrics import Metric
from tools.results.series import Point, Series

TOOLS = frozenset({"sgkit", "hail"})
DECLARED = {
    "time_compute": Metric("time_compute", "seconds", True, ""),
    "time_file_read": Metric("time_file_read", "seconds", True, ""),
    "track_throughput": Metric("track_throughput", "MB/s", False, ""),
}
HASHES = {number: f"{number:040x}" for number in range(40)}


def series(benchmark: str, values: Mapping[int, float], stack: str = "frozen") -> Series:
    environment = {"branch": "sgkit", "stack": stack, "machine": "box"}
    points = [Point(at, value, None) for at, value in values.items()]
    parameters = {"data": "'smoke'", "cores": "1"}
    return Series(benchmark, 0, parameters, environment, f"graphs/{benchmark}", points)


def level(before: float, after: float, at: int = 10) -> dict[int, float]:
    return {number: before if number < at else after for number in range(20)}


def planted(series: Series) -> list[ChangePoint]:
    """A detector that finds every difference between neighbours."""
    values = [point.value for point in series.points]
    return change_points_at(
        series, *(at for at in range(1, len(values)) if values[at] != values[at - 1])
    )


def candidates(*made: Series) -> list[Candidate]:
    return group(detections_of(made, planted, DECLARED, TOOLS), count_measured(made, TOOLS))


QUIET = series("sentinels.Machine.time_file_read", level(1.0, 1.0))


def test_one_commit_is_one_event_with_all_its_series() -> None:
    (one,) = candidates(
        series("pca.Sgkit.time_compute", level(1, 2)),
        series("association.Sgkit.time_compute", level(1, 3)),
        series("ld_prune.Sgkit.time_compute", level(1, 1)),
        QUIET,
    )
    assert (one.kind, one.old, one.new) == (events.CODE, 9, 10)
    assert [line.ratio for line in one.changes] == [2, 3]
    assert one.changes[0].title == "pca in Sgkit: time_compute (data smoke, cores 1)"
    assert str(one.changes[0].key) == "pca.Sgkit.time_compute(cores=1, data='smoke')"


def test_better_follows_the_metric() -> None:
    (one,) = candidates(
        series("pca.Sgkit.time_compute", level(2, 1)),
        series("pca.Sgkit.track_throughput", level(1, 2)),
        QUIET,
    )
    assert [line.better for line in one.changes] == [True, True]


def test_a_step_that_a_control_shares_is_the_machines() -> None:
    (one,) = candidates(
        series("pca.Sgkit.time_compute", level(1, 1.5)),
        series("sentinels.Machine.time_file_read", level(1, 1.4)),
    )
    assert one.kind == events.MACHINE


def test_no_machine_changes_what_is_counted() -> None:
    found = candidates(
        series("pca.Sgkit.track_throughput", level(2, 1)),
        series("sentinels.Machine.time_file_read", level(1, 0.4)),
        series("ld_prune.Sgkit.time_compute", level(1, 0.5)),
    )
    assert {one.changes[0].unit: one.kind for one in found} == {
        "MB/s": events.CODE,
        "seconds": events.MACHINE,
    }


def test_a_much_larger_step_or_one_the_other_way_is_not() -> None:
    for ratio in (3.0, 0.7):
        found = candidates(
            series("pca.Sgkit.time_compute", level(1, ratio)),
            series("sentinels.Machine.time_file_read", level(1, 1.4)),
        )
        assert [one.kind for one in found] == [events.CODE, events.MACHINE]


@pytest.mark.parametrize("stepping", [3, 8])
def test_without_a_control_most_at_once_is_the_machine(stepping: int) -> None:
    made = [
        series(f"task{number}.Sgkit.time_compute", level(1, 1.5 if number < stepping else 1))
        for number in range(10)
    ]
    (one,) = candidates(*made)
    assert one.kind == (events.MACHINE if stepping == 8 else events.CODE)


def test_what_could_never_be_confirmed_is_no_candidate() -> None:
    assert candidates(series("pca.Sgkit.time_compute", level(1, 1.005)), QUIET) == []
    assert candidates(series("pca.Sgkit.time_compute", level(1, 0)), QUIET) == []


def noisy(benchmark: str, at: int) -> Series:
    """A step of four standard deviations: noise may show it one point off."""
    noise = [(-1) ** number * 0.012 for number in range(20)]
    levels = level(1, 1.07, at)
    return series(benchmark, {number: levels[number] + noise[number] for number in range(20)})


def steps_at(*places: int) -> Detector:
    return lambda one: change_points_at(one, *places)


def test_what_noise_may_have_shown_beside_its_place_gets_a_wider_range() -> None:
    (sure,) = detections_of(
        [series("pca.Sgkit.time_compute", level(1, 2))], steps_at(10), DECLARED, TOOLS
    )
    assert (sure.old, sure.new) == (9, 10)
    (blurred,) = detections_of(
        [noisy("pca.Sgkit.time_compute", 10)], steps_at(10), DECLARED, TOOLS
    )
    assert (blurred.old, blurred.new) == (8, 11)


def test_series_that_step_about_the_same_commit_are_one_event() -> None:
    made = (
        noisy("pca.Sgkit.time_compute", 11),
        series("pca.Sgkit.track_throughput", level(2, 1)),
    )
    found = [
        *detections_of(made[:1], steps_at(11), DECLARED, TOOLS),
        *detections_of(made[1:], steps_at(10), DECLARED, TOOLS),
    ]
    (one,) = group(found, count_measured([*made, QUIET], TOOLS))
    assert (one.old, one.new) == (9, 10)  # the surer one says where
    assert len(one.changes) == 2


def test_better_and_worse_are_events_of_their_own() -> None:
    found = candidates(
        series("pca.Sgkit.time_compute", level(1, 2)),
        series("pca.Sgkit.track_throughput", level(1, 2)),
        QUIET,
    )
    assert sorted(one.changes[0].better for one in found) == [False, True]


def test_an_event_is_recorded_once(store: Store) -> None:
    early = candidates(series("pca.Sgkit.time_compute", level(1, 2)), QUIET)
    assert len(record(early, store, HASHES)) == 1
    assert record(early, store, HASHES) == []
    wider = group(
        detections_of([noisy("pca.Sgkit.time_compute", 11)], steps_at(11), DECLARED, TOOLS),
        count_measured([QUIET], TOOLS) | count_measured([noisy("x.y.z", 1)], TOOLS),
    )
    assert record(wider, store, HASHES) == []
    next_one = candidates(series("pca.Sgkit.time_compute", level(1, 2, at=14)), QUIET)
    assert len(record(next_one, store, HASHES)) == 1


def test_an_event_of_the_machine_is_confirmed_at_once_or_not_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    found = candidates(
        series("pca.Sgkit.time_compute", level(1, 2)),
        series("sentinels.Machine.time_file_read", level(1, 2)),
    )
    monkeypatch.setattr(store, "set_state", killed)
    with pytest.raises(KeyboardInterrupt):
        record(found, store, HASHES)
    monkeypatch.undo()
    assert store.all() == []
    (event,) = record(found, store, HASHES)
    assert (event.kind, event.state) == (events.MACHINE, states.CONFIRMED)


def test_what_was_refuted_is_looked_at_again_only_with_other_commits(store: Store) -> None:
    early = candidates(series("pca.Sgkit.time_compute", level(1, 2)), QUIET)
    (event,) = record(early, store, HASHES)
    store.set_state(event.id, states.REFUTED, "")
    assert record(early, store, HASHES) == []
    later = candidates(series("pca.Sgkit.time_compute", level(1, 2, at=11)), QUIET)
    assert len(record(later, store, HASHES)) == 1


def test_events_of_one_commit_are_joined(store: Store) -> None:
    made = [
        record(candidates(series(name, level(1, 2, at)), QUIET), store, HASHES)[0]
        for name, at in (("pca.Sgkit.time_compute", 10), ("ld_prune.Sgkit.time_compute", 12))
    ]
    place = {"good": HASHES[9], "bad": HASHES[10], "between": [], "finished": True}
    for event in made:
        store.set_state(event.id, states.CONFIRMED, "")
        store.add_evidence(event.id, range=place)
    joined = merge_same_commit(store, store.get(made[1].id))
    assert joined is not None
    assert joined.id == made[0].id
    assert len(store.get(made[0].id).series) == 2
    assert store.get(made[1].id).state == states.MERGED
    assert merge_same_commit(store, store.get(made[0].id)) is None


def test_recovery_and_other_places_are_events_of_their_own(store: Store) -> None:
    record(candidates(series("pca.Sgkit.time_compute", level(1, 2)), QUIET), store, HASHES)
    back = {**level(1, 2), **{number: 1.0 for number in range(11, 20)}}
    assert (
        len(record(candidates(series("pca.Sgkit.time_compute", back), QUIET), store, HASHES)) == 1
    )
    other = candidates(series("pca.Sgkit.time_compute", level(1, 2), stack="dated"))
    assert len(record(other, store, HASHES)) == 1


def sentinel(values: list[float]) -> Series:
    return series("sentinels.Machine.time_file_read", dict(enumerate(values)))


def test_a_sentinel_that_only_wobbles_is_no_candidate() -> None:
    """Made after a series that was told as 1.01 x slower."""
    few = sentinel([0.0116, 0.0080, 0.0099])
    detections = detections_of([few], steps_at(2), DECLARED, TOOLS)
    assert [detection.change.ratio for detection in detections] == [pytest.approx(1.01, abs=0.01)]
    assert group(detections, count_measured([few], TOOLS)) == []
    small = sentinel([1.0, 1.001, 0.999, 1.05, 1.051, 1.049])  # sure, and too small to tell
    assert group(detections_of([small], steps_at(3), DECLARED, TOOLS), {}) == []


def test_what_an_unsure_sentinel_shares_is_the_codes_to_measure_again() -> None:
    made = [
        series("pca.Sgkit.time_compute", {0: 1.0, 1: 1.5}),
        series("sentinels.Machine.time_file_read", {0: 1.0, 1: 1.4}),
    ]
    (one,) = candidates(*made)
    assert (one.kind, len(one.changes)) == (events.CODE, 1)


def test_most_at_once_is_the_machine_only_where_they_stand() -> None:
    made = [series(f"task{n}.Sgkit.time_compute", {0: 1.0, 1: 1.5}) for n in range(10)]
    (one,) = candidates(*made)
    assert one.kind == events.CODE


def detected(series: Series) -> list[ChangePoint]:
    return in_points(series.points)


def told_of(values: npt.NDArray[np.float64]) -> list[tuple[int, int, float]]:
    """(night, old, ratio) of the first night that tells of a sentinel's series, if any does."""
    for night in range(4, len(values) + 1):
        known = sentinel([float(value) for value in values[:night]])
        detections = detections_of([known], detected, DECLARED, TOOLS)
        for found in group(detections, count_measured([known], TOOLS)):
            assert found.kind == events.MACHINE
            return [(night, found.old, found.changes[0].ratio)]
    return []


# in a burst the machine was slower, for some nights: so its operator may hear of it
LASTING = [kind for kind in simulation.KINDS if not kind.startswith("bursts")]


@pytest.mark.parametrize("kind", LASTING)
def test_of_noise_nobody_is_told_and_of_a_machine_that_got_slower_somebody(kind: str) -> None:
    seed = list(simulation.KINDS).index(kind)
    for number in range(3):
        random = np.random.default_rng([seed, number])
        assert told_of(simulation.series(kind, random, 30, 0.02)) == []
    ((night, old, ratio),) = told_of(
        simulation.stepped(kind, np.random.default_rng(seed), 15, 8, 0.02, 0.5)
    )
    assert 18 <= night <= 20
    assert abs(old - 14) <= 3
    assert ratio == pytest.approx(1.5, abs=0.15)


def test_the_machines_step_has_the_sides_of_the_changes_page() -> None:
    values = [1.0, 1.01, 0.99, 1.0, 1.3, 1.31, 1.29, 1.3]
    known = sentinel(values)
    detections = detections_of([known], detected, DECLARED, TOOLS)
    (found,) = group(detections, count_measured([known], TOOLS))
    metric = DECLARED["time_file_read"]
    (shown,) = changes.of_series(known, in_points(known.points), metric, HASHES, TOOLS)
    assert (found.old, found.new) == (shown.before.revision, shown.after.revision) == (3, 4)
    assert found.changes[0].ratio == pytest.approx(shown.ratio, rel=0.01)
