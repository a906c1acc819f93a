"""The table of states: what a verdict does to each, and what people may decide."""

import pytest

from tools.alerts import states

MEASURED = (states.CONFIRMED, states.REFUTED, states.UNDECIDED)


@pytest.mark.parametrize("outcome", MEASURED)
def test_a_verdict_replaces_what_nobody_has_decided(outcome: str) -> None:
    for state in (states.NEW, *MEASURED):
        assert states.after(state, outcome) == outcome


@pytest.mark.parametrize("outcome", MEASURED)
def test_a_decision_stays_but_an_acknowledged_false_alarm_is_refuted(outcome: str) -> None:
    for state in (states.EXPECTED, states.SUPPRESSED, states.RESOLVED, states.MERGED):
        assert states.after(state, outcome) == state
    refuted = outcome == states.REFUTED
    after = states.after(states.ACKNOWLEDGED, outcome)
    assert after == (states.REFUTED if refuted else states.ACKNOWLEDGED)


def test_what_people_decide_they_can_withdraw() -> None:
    withdrawable = set(states.allowing("withdrawable"))
    assert {states.ACKNOWLEDGED, states.EXPECTED, states.SUPPRESSED} < withdrawable
    assert withdrawable <= set(states.allowing("decidable"))
    assert states.allowing("notified") == (states.CONFIRMED,)
    assert set(states.allowing("searched")) <= set(states.allowing("recovers"))
