"""Events are confirmed, refuted and localised on commits whose speed is known."""

from collections.abc import Mapping

import pytest

from tests.alerts.made import KEY, Allowance, MadeLaboratory, add_event
from tools.alerts import states
from tools.alerts.bisection import OutOfBudget
from tools.alerts.evidence import Evidence
from tools.alerts.store import Store
from tools.alerts.verification import Verifier
from tools.common.errors import BuildError
from tools.execution.measurement import NoValue, TookTooLong
from tools.results.series_key import SeriesKey

COMMITS = [f"c{number:02}" for number in range(30)]
SLOWER_AT = 17


def truth(ratio: float) -> dict[str, float]:
    return {commit: ratio if at >= SLOWER_AT else 1.0 for at, commit in enumerate(COMMITS)}


@pytest.mark.parametrize("ratio", [1.1, 1.3, 3.0, 0.5])
def test_a_change_is_confirmed_and_found(store: Store, ratio: float) -> None:
    laboratory = MadeLaboratory(truth(ratio))
    event = add_event(store, COMMITS[0], COMMITS[-1], ratio)
    verdict = Verifier(store, laboratory, Allowance()).confirm(event)
    assert verdict.outcome == states.CONFIRMED
    kept = store.get(event.id)
    assert kept.state == states.CONFIRMED
    confirmation = kept.evidence.confirmation
    assert confirmation is not None
    assert confirmation.low < ratio < confirmation.high
    found = Verifier(store, laboratory, Allowance()).localise(kept, COMMITS)
    assert (found.good, found.bad) == (COMMITS[SLOWER_AT - 1], COMMITS[SLOWER_AT])
    assert store.get(event.id).commit == COMMITS[SLOWER_AT]


def test_a_false_alarm_is_refuted(store: Store) -> None:
    event = add_event(store, COMMITS[0], COMMITS[1], 1.3)
    verdict = Verifier(store, MadeLaboratory(truth(1.3)), Allowance()).confirm(event)
    assert verdict.outcome == states.REFUTED
    assert store.get(event.id).state == states.REFUTED


def test_sides_are_measured_in_turn_and_in_changing_order(store: Store) -> None:
    laboratory = MadeLaboratory(truth(3.0))
    Verifier(store, laboratory, Allowance()).confirm(
        add_event(store, COMMITS[0], COMMITS[-1], 3.0)
    )
    places = [place for _, place in laboratory.asked]
    assert places[:8] == ["old", "new", "new", "old"] * 2


def test_a_night_that_ends_early_goes_on_where_it_was(store: Store) -> None:
    laboratory = MadeLaboratory(truth(3.0))
    event = add_event(store, COMMITS[0], COMMITS[-1], 3.0)
    with pytest.raises(OutOfBudget):
        Verifier(store, laboratory, Allowance(3)).confirm(event)
    assert store.get(event.id).state == states.NEW
    assert len(store.pairs(event.id, KEY, COMMITS[0], COMMITS[-1])) == 3
    rest = Allowance()
    Verifier(store, laboratory, rest).confirm(event)
    assert 10_000 - rest.left == 1  # three of the four that it takes were there
    event = store.get(event.id)
    assert not Verifier(store, laboratory, Allowance(6)).localise(event, COMMITS).finished
    known = store.answers(event.id)
    assert known
    found = Verifier(store, laboratory, Allowance()).localise(event, COMMITS)
    assert found.bad == COMMITS[SLOWER_AT]
    assert known.items() <= store.answers(event.id).items()


def test_a_change_is_told_though_the_night_ends_before_its_size_is_known(store: Store) -> None:
    laboratory = MadeLaboratory(truth(1.5), noise=0.05)
    event = add_event(store, COMMITS[0], COMMITS[-1], 1.5)
    with pytest.raises(OutOfBudget):
        Verifier(store, laboratory, Allowance(5)).confirm(event)
    vague = store.get(event.id).evidence.confirmation
    assert vague is not None
    assert (store.get(event.id).state, vague.pairs) == (states.CONFIRMED, 4)
    verdict = Verifier(store, laboratory, Allowance()).confirm(event)
    kept = store.get(event.id).evidence.confirmation
    assert kept is not None
    assert verdict.pairs == kept.pairs > vague.pairs
    assert kept.high / kept.low < vague.high / vague.low


def test_a_range_where_the_commit_does_not_build(store: Store) -> None:
    laboratory = MadeLaboratory(truth(2.0), broken=[COMMITS[SLOWER_AT]])
    event = add_event(store, COMMITS[0], COMMITS[-1], 2.0)
    Verifier(store, laboratory, Allowance()).confirm(event)
    found = Verifier(store, laboratory, Allowance()).localise(store.get(event.id), COMMITS)
    assert (found.good, found.bad) == (COMMITS[SLOWER_AT - 1], COMMITS[SLOWER_AT + 1])
    assert found.between == (COMMITS[SLOWER_AT],)


def test_what_a_person_decides_while_it_is_measured_stands(store: Store) -> None:
    event = add_event(store, COMMITS[0], COMMITS[-1], 3.0)

    def budget() -> None:
        if store.get(event.id).state == states.NEW:
            store.set_state(event.id, states.SUPPRESSED, "known", "2027-01-01")

    Verifier(store, MadeLaboratory(truth(3.0)), budget).confirm(event)
    kept = store.get(event.id)
    assert (kept.state, kept.until) == (states.SUPPRESSED, "2027-01-01")


class Failing(MadeLaboratory):
    """Whose processes are killed at these of the values that are asked for, from 1."""

    def __init__(self, truth: Mapping[str, float], *at: int) -> None:
        super().__init__(truth)
        self._at, self.values = at, 0

    def value(self, commit: str, place: str, key: SeriesKey) -> float:
        self.values += 1
        if self.values in self._at:
            raise NoValue(f"{key} failed at {commit}: Killed")
        return super().value(commit, place, key)


def test_what_hangs_costs_its_limit_once(store: Store) -> None:
    class Hanging(Failing):
        def value(self, commit: str, place: str, key: SeriesKey) -> float:
            self.values += 1
            raise TookTooLong(f"{key} took longer than 1800 s")

    event = add_event(store, COMMITS[0], COMMITS[-1], 3.0)
    laboratory = Hanging(truth(3.0))
    with pytest.raises(TookTooLong):
        Verifier(store, laboratory, Allowance()).confirm(event)
    assert laboratory.values == 1


def test_one_process_that_was_killed_silences_no_alert(store: Store) -> None:
    event = add_event(store, COMMITS[0], COMMITS[-1], 3.0)
    verdict = Verifier(store, Failing(truth(3.0), 4), Allowance()).confirm(event)
    assert verdict.outcome == states.CONFIRMED


def test_a_value_that_fails_twice_is_a_failure(store: Store) -> None:
    event = add_event(store, COMMITS[0], COMMITS[-1], 3.0)
    laboratory = Failing(truth(3.0), 4, 5)
    with pytest.raises(NoValue, match="Killed"):
        Verifier(store, laboratory, Allowance()).confirm(event)
    assert laboratory.values == 5


def test_a_second_try_is_of_the_budget_as_well(store: Store) -> None:
    event = add_event(store, COMMITS[0], COMMITS[-1], 3.0)
    laboratory = Failing(truth(3.0), 1)
    with pytest.raises(OutOfBudget):
        Verifier(store, laboratory, Allowance(1)).confirm(event)
    assert laboratory.values == 1


@pytest.mark.parametrize(("times", "told"), [(1, True), (2, None)])
def test_a_commit_cannot_be_told_only_when_its_process_was_killed_twice(
    store: Store, times: int, told: bool | None
) -> None:
    event = add_event(store, COMMITS[16], COMMITS[18], 3.0)
    Verifier(store, MadeLaboratory(truth(3.0)), Allowance()).confirm(event)
    laboratory = Failing(truth(3.0), *range(1, times + 1))
    event = store.get(event.id)
    Verifier(store, laboratory, Allowance()).localise(event, COMMITS[16:19])
    assert store.answers(event.id) == {COMMITS[17]: told}


def test_a_commit_that_does_not_build_is_tried_once(store: Store) -> None:
    event = add_event(store, COMMITS[0], COMMITS[1], 2.0)
    pairs = Allowance()
    with pytest.raises(BuildError):
        Verifier(store, MadeLaboratory({}, broken=COMMITS), pairs).confirm(event)
    assert 10_000 - pairs.left == 1


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_verdict_is_kept_with_its_state_or_not_at_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = add_event(store, COMMITS[0], COMMITS[-1], 3.0)
    verifier = Verifier(store, MadeLaboratory(truth(3.0)), Allowance())
    monkeypatch.setattr(store, "set_state", killed)
    with pytest.raises(KeyboardInterrupt):
        verifier.confirm(event)
    monkeypatch.undo()
    assert store.get(event.id).evidence == Evidence()
    verifier.confirm(store.get(event.id))
    assert store.get(event.id).state == states.CONFIRMED


def test_a_value_without_a_ratio_is_no_proof(store: Store) -> None:
    laboratory = MadeLaboratory({COMMITS[0]: 0.0, COMMITS[1]: 1.0})
    event = add_event(store, COMMITS[0], COMMITS[1], 2.0)
    with pytest.raises(NoValue, match="no ratio"):
        Verifier(store, laboratory, Allowance()).confirm(event)
