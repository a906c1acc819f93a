"""What a night finds of one event is not lost to the search for the next."""

import datetime
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.alerts.made import KEY, Allowance, MadeLaboratory, add_event, metric_beside, proof
from tools.alerts import events, explain, retry, states
from tools.alerts.bisection import OutOfBudget
from tools.alerts.events import SeriesChange
from tools.alerts.evidence import Evidence
from tools.alerts.store import Store
from tools.common.errors import DamagedError
from tools.execution.measurement import NoValue
from tools.nightly.investigation import Investigation
from tools.notify import message
from tools.results.series_key import SeriesKey

COMMITS = [f"c{number:02}" for number in range(30)]
OTHER = SeriesKey("ld_prune.Sgkit.time_compute", KEY.parameters)
BENCHMARKS = {key.benchmark: {"params": []} for key in (KEY, OTHER)}


class Profiling(MadeLaboratory):
    """Counts the profiles that are asked for."""

    profiles = 0

    def profile(self, commit: str, place: str, key: SeriesKey) -> explain.Stats:
        self.profiles += 1
        return {("/a/site-packages/sgkit/pca.py", 1, commit): (1, 1, 1.0, 1.0, {})}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "alerts.sqlite")
    yield made
    made.close()


def nothing() -> None:
    pass


def investigation(
    store: Store,
    laboratory: Profiling,
    budget: Allowance,
    prune: Callable[[], None] = nothing,
) -> Investigation:
    lines = {"sgkit": COMMITS[::-1]}
    return Investigation(
        {}, None, lines, store, laboratory, "frozen", "box", budget, math.inf,
        lambda _: None, lambda _: None, prune,
    )  # fmt: skip


def test_an_event_is_explained_before_the_next_is_searched_for(store: Store) -> None:
    truth = {
        commit: 1.0 if at < 5 else 2.0 if at < 17 else 4.0 for at, commit in enumerate(COMMITS)
    }
    laboratory = Profiling(truth)
    first = add_event(store, COMMITS[0], COMMITS[10], 2.0)
    second = add_event(store, COMMITS[10], COMMITS[-1], 2.0, OTHER)
    investigation(store, laboratory, Allowance()).confirm()
    with pytest.raises(OutOfBudget):
        investigation(store, laboratory, Allowance(20 + 2 * explain.PROFILES + 1)).trace(
            BENCHMARKS
        )
    assert store.get(first.id).commit == COMMITS[5]
    assert store.get(first.id).evidence.profile is not None
    assert store.get(second.id).commit is None
    investigation(store, laboratory, Allowance()).trace(BENCHMARKS)
    assert store.get(second.id).commit == COMMITS[17]
    assert store.get(second.id).evidence.profile is not None
    assert laboratory.profiles == 2 * 2 * explain.PROFILES  # the first was not explained again


@pytest.mark.parametrize("adjacent", [True, False])
def test_what_is_acknowledged_before_it_was_measured_is_confirmed_first(
    store: Store, adjacent: bool
) -> None:
    truth = {commit: 1.0 if at < 5 else 2.0 for at, commit in enumerate(COMMITS)}
    laboratory = Profiling(truth)
    ends = (COMMITS[4], COMMITS[5]) if adjacent else (COMMITS[0], COMMITS[10])
    event = add_event(store, *ends, 2.0)
    store.set_state(event.id, states.ACKNOWLEDGED, "being looked at")
    investigation(store, laboratory, Allowance()).trace(BENCHMARKS)
    assert store.get(event.id).evidence == Evidence()
    investigation(store, laboratory, Allowance()).confirm()
    investigation(store, laboratory, Allowance()).trace(BENCHMARKS)
    kept = store.get(event.id)
    assert (kept.state, kept.commit) == (states.ACKNOWLEDGED, COMMITS[5])
    asked = len(laboratory.asked)
    investigation(store, laboratory, Allowance()).confirm()
    assert len(laboratory.asked) == asked


def test_a_false_alarm_that_was_acknowledged_is_refuted(store: Store) -> None:
    laboratory = Profiling(dict.fromkeys(COMMITS, 1.0))
    event = add_event(store, COMMITS[0], COMMITS[1], 2.0)
    store.set_state(event.id, states.ACKNOWLEDGED, "being looked at")
    investigation(store, laboratory, Allowance()).confirm()
    investigation(store, laboratory, Allowance()).trace(BENCHMARKS)
    kept = store.get(event.id)
    assert (kept.state, kept.commit) == (states.REFUTED, None)


def test_what_the_commit_does_not_explain_is_not_measured_at_it(store: Store) -> None:
    laboratory = Profiling({commit: 1.0 if at < 5 else 2.0 for at, commit in enumerate(COMMITS)})
    event = add_event(store, COMMITS[0], COMMITS[10], 2.0)
    unrelated = SeriesChange(OTHER, "", "seconds", False, 1.0, 1.9)
    counted = SeriesChange(KEY, "", "tasks", False, 1.0, 2.0)
    store.add_series(event.id, [unrelated, counted])

    def prune() -> None:
        assert store.get(event.id).commit == COMMITS[5]
        store.remove_series(event.id, [OTHER])

    investigation(store, laboratory, Allowance()).confirm()
    investigation(store, laboratory, Allowance(), prune).trace(BENCHMARKS)
    assert [line.key for line in store.get(event.id).series] == [KEY]
    assert store.get(event.id).evidence.timing is None


class Beside(Profiling):
    """Beside the event's metric one that changes with it, one of noise, and one that stays."""

    def value(self, commit: str, place: str, key: SeriesKey) -> float:
        value = super().value(commit, place, key)
        if key.metric == "time_write":
            return [1.0, 1.5, 1.4, 1.1, 1.0, 1.5][len(self.asked) % 6]
        return 7.0 if key.metric == "track_graph_tasks" else value


def test_what_is_beside_is_measured_until_noise_is_ruled_out(store: Store) -> None:
    laboratory = Beside({commit: 1.0 if at < 5 else 2.0 for at, commit in enumerate(COMMITS)})
    event = add_event(store, COMMITS[4], COMMITS[5], 2.0)
    names = ("time_compute", "time_end_to_end", "time_write", "track_graph_tasks")
    benchmarks = {f"pca.Sgkit.{name}": {"params": []} for name in names}
    investigation(store, laboratory, Allowance()).confirm()
    rest = Allowance()
    investigation(store, laboratory, rest).trace(benchmarks)
    beside = store.get(event.id).evidence.beside
    assert [other.key for other in beside] == [metric_beside(name) for name in names[1:]]
    assert [other.changed for other in beside] == [True, False, False]
    assert (beside[2].old, beside[2].new) == (7.0, 7.0)
    text = message.compose(store.get(event.id), "").text
    assert len(re.findall("(?m)^beside   time_end_to_end .* -> [0-9.]*$", text)) == 1
    assert "track_graph_tasks" not in text


def test_an_event_that_another_joins_is_explained_with_its_series(store: Store) -> None:
    truth = {commit: 1.0 if at < 5 else 2.0 for at, commit in enumerate(COMMITS)}
    laboratory = Profiling(truth)
    older = add_event(store, COMMITS[0], COMMITS[10], 2.0)
    newer = add_event(store, COMMITS[0], COMMITS[20], 2.0, OTHER)
    investigation(store, laboratory, Allowance()).confirm()
    investigation(store, laboratory, Allowance()).trace(BENCHMARKS)
    assert store.get(newer.id).state == states.MERGED
    assert {line.key for line in store.get(older.id).series} == {KEY, OTHER}
    assert laboratory.profiles == 2 * 2 * explain.PROFILES


def test_what_was_of_one_commit_when_a_night_was_killed_is_joined_the_next(store: Store) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    truth = {commit: 1.0 if at < 5 else 2.0 for at, commit in enumerate(COMMITS)}
    laboratory = Profiling(truth)
    told = add_event(store, COMMITS[0], COMMITS[10], 2.0)
    investigation(store, laboratory, Allowance()).confirm()
    investigation(store, laboratory, Allowance()).trace(BENCHMARKS)
    second = add_event(store, COMMITS[0], COMMITS[20], 2.0, OTHER)
    investigation(store, laboratory, Allowance()).confirm()
    with pytest.raises(KeyboardInterrupt):
        investigation(store, laboratory, Allowance(), killed).trace(BENCHMARKS)
    assert store.get(second.id).commit == COMMITS[5]
    pruned: list[int] = []
    investigation(store, laboratory, Allowance(), lambda: pruned.append(1)).trace(BENCHMARKS)
    assert pruned
    assert store.get(second.id).state == states.MERGED
    assert store.get(told.id).state == states.CONFIRMED
    assert {line.key for line in store.get(told.id).series} == {KEY, OTHER}


def test_a_verdict_that_did_not_become_a_state_is_applied(store: Store) -> None:
    laboratory = Profiling({})
    event = add_event(store, COMMITS[0], COMMITS[10], 2.0)
    store.add_evidence(event.id, confirmation=proof(KEY, 2.0))
    investigation(store, laboratory, Allowance()).confirm()
    assert store.get(event.id).state == states.CONFIRMED
    assert laboratory.asked == []


def test_what_stepped_on_another_machine_is_not_measured_here(store: Store) -> None:
    laboratory = Profiling(dict.fromkeys(COMMITS, 1.0))
    line = add_event(store, COMMITS[0], COMMITS[10], 2.0).series[0]
    there = store.add("sgkit", "frozen", "other", events.CODE, COMMITS[0], COMMITS[10], [line])
    investigation(store, laboratory, Allowance()).confirm()
    assert [event.id for event in store.all(states.NEW)] == [there.id]


def test_what_a_person_decides_about_what_cannot_be_measured_stands(store: Store) -> None:
    event = add_event(store, COMMITS[0], COMMITS[10], 2.0)

    class Deciding(Profiling):
        def value(self, commit: str, place: str, key: SeriesKey) -> float:
            store.set_state(event.id, states.EXPECTED, "by a person")
            return super().value(commit, place, key)

    investigation(store, Deciding({}, broken=COMMITS), Allowance()).confirm()
    assert store.get(event.id).state == states.EXPECTED


class Nights:
    """A clock, and a laboratory in which all processes are killed in the first nights."""

    def __init__(self, store: Store, patch: pytest.MonkeyPatch, failing_nights: int) -> None:
        self.now = datetime.datetime(2026, 1, 1, 2, tzinfo=datetime.timezone.utc)
        self.left, self.store = failing_nights, store
        self.truth = {commit: 1.0 if at < 5 else 2.0 for at, commit in enumerate(COMMITS)}
        patch.setattr(retry, "_now", lambda: self.now)

    def run(self) -> int:
        """Look twice in a night, a few hours apart; how many values were asked for."""
        laboratory = Killed(self.truth, self.left > 0)
        for _ in range(2):
            investigation(self.store, laboratory, Allowance()).confirm()
            self.now += datetime.timedelta(hours=4)
        self.now += datetime.timedelta(hours=16)
        self.left -= 1
        return laboratory.tries


class Killed(Profiling):
    """Counts the values that are asked for; the processes are killed if it says so."""

    def __init__(self, truth: Mapping[str, float], kills: bool) -> None:
        super().__init__(truth)
        self.kills, self.tries = kills, 0

    def value(self, commit: str, place: str, key: SeriesKey) -> float:
        self.tries += 1
        if self.kills:
            raise NoValue("Killed")
        return super().value(commit, place, key)


def test_what_could_not_be_measured_is_tried_again_the_next_nights(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = add_event(store, COMMITS[0], COMMITS[10], 2.0)
    nights = Nights(store, monkeypatch, failing_nights=3)
    for count in range(1, 4):
        assert nights.run() == 2  # once a night, and twice the value that failed
        kept = store.get(event.id)
        assert (kept.state, kept.outcome) == (states.UNDECIDED, states.UNDECIDED)
        assert kept.why == f"Killed; {count} of 4 nights tried"
    nights.run()
    assert store.get(event.id).state == states.CONFIRMED
    assert nights.run() == 0


def test_what_fails_each_night_is_left_undecided(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = add_event(store, COMMITS[0], COMMITS[10], 2.0)
    nights = Nights(store, monkeypatch, failing_nights=9)
    assert [nights.run() for _ in range(6)] == [2, 2, 2, 2, 0, 0]
    assert store.get(event.id).state == states.UNDECIDED


def test_what_is_undecided_by_its_noise_is_not_tried_again(store: Store) -> None:
    event = add_event(store, COMMITS[0], COMMITS[10], 2.0)
    noise = replace(proof(KEY, 1.2), outcome=states.UNDECIDED)
    store.add_evidence(event.id, confirmation=noise)
    store.set_state(event.id, states.UNDECIDED, "ratio 1.2")
    laboratory = Profiling({})
    investigation(store, laboratory, Allowance()).confirm()
    assert laboratory.asked == []


def test_what_is_acknowledged_stays_so_though_it_cannot_be_measured(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = add_event(store, COMMITS[0], COMMITS[10], 2.0)
    store.set_state(event.id, states.ACKNOWLEDGED, "being looked at")
    nights = Nights(store, monkeypatch, failing_nights=9)
    assert [nights.run() for _ in range(6)] == [2, 2, 2, 2, 0, 0]
    kept = store.get(event.id)
    assert (kept.state, kept.why) == (states.ACKNOWLEDGED, "being looked at")


def test_repeats_are_kept_with_the_machine(store: Store) -> None:
    laboratory = Profiling(dict.fromkeys(COMMITS, 1.0))
    investigation(store, laboratory, Allowance()).repeat([(COMMITS[0], KEY)])
    assert list(store.repeats("frozen", "box")) == [KEY]


def test_what_has_fewest_repeats_is_repeated_first(store: Store) -> None:
    store.add_repeat("frozen", "box", KEY, COMMITS[0], 1.0, 1.0)
    laboratory = Profiling(dict.fromkeys(COMMITS, 1.0))
    timings = [(COMMITS[0], KEY), (COMMITS[0], OTHER)]
    with pytest.raises(OutOfBudget):
        investigation(store, laboratory, Allowance(2)).repeat(timings)
    assert {key: len(pairs) for key, pairs in store.repeats("frozen", "box").items()} == {
        KEY: 1,
        OTHER: 1,
    }


def test_what_the_budget_cut_is_not_explained_without_it(store: Store) -> None:
    """A value that is cut is no value, but says nothing of the commit."""
    event = add_event(store, COMMITS[0], COMMITS[1], 2.0)
    allowance = Allowance()

    class Cut(Profiling):
        def profile(self, commit: str, place: str, key: SeriesKey) -> explain.Stats:
            allowance.left = 0
            raise NoValue("took too long")

    truth = {commit: 1.0 if commit == COMMITS[0] else 2.0 for commit in COMMITS}
    looked = investigation(store, Cut(truth), allowance)
    looked.confirm()
    with pytest.raises(OutOfBudget):
        looked.trace(BENCHMARKS)
    assert store.get(event.id).evidence.profile is None


def test_what_is_wrong_with_one_event_keeps_no_other_from_being_looked_at(store: Store) -> None:
    first = add_event(store, COMMITS[0], COMMITS[10], 2.0)
    second = add_event(store, COMMITS[11], COMMITS[20], 2.0)

    class Odd(Profiling):
        def value(self, commit: str, place: str, key: SeriesKey) -> float:
            if commit == COMMITS[0]:
                raise DamagedError("its lock cannot be read")
            return super().value(commit, place, key)

    truth = {commit: 1.0 if number < 15 else 2.0 for number, commit in enumerate(COMMITS)}
    investigation(store, Odd(truth), Allowance()).confirm()
    assert store.get(first.id).state == states.NEW
    assert store.get(second.id).state == states.CONFIRMED
