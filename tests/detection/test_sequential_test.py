"""The sequential test keeps its error rates on data with known truth."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

from tools.detection import sequential_test
from tools.detection.sequential_test import CONFIRMED, REFUTED, UNDECIDED, Verdict

RUNS = 400


def pairs(ratio: float, noise: float, seed: int, heavy: bool = False) -> Iterator[tuple]:
    generator = np.random.default_rng(seed)
    while True:
        one, two = (
            generator.standard_t(3, 2) / math.sqrt(3) if heavy else generator.standard_normal(2)
        )
        yield math.exp(noise * one), ratio * math.exp(noise * two)


def verdicts(ratio: float, claimed: float, noise: float, heavy: bool = False) -> list[Verdict]:
    found = []
    for seed in range(RUNS):
        source = pairs(ratio, noise, seed, heavy)
        found.append(sequential_test.decide(lambda source=source: next(source), claimed))
    return found


@pytest.mark.parametrize("heavy", [False, True])
@pytest.mark.parametrize("noise", [0.01, 0.05])
def test_no_change_is_hardly_ever_confirmed(noise: float, heavy: bool) -> None:
    found = verdicts(1.0, 1.2, noise, heavy)
    # 1 % is promised; 400 runs of that give more than 10 with a probability of 0.3 %
    assert sum(one.outcome == CONFIRMED for one in found) <= 10
    assert sum(one.outcome == REFUTED for one in found) > RUNS / 2


@pytest.mark.parametrize("claimed", [0.5, 1 / 1.1, 1.1, 1.3, 3.0])
def test_a_change_is_confirmed_with_its_size(claimed: float) -> None:
    found = verdicts(claimed, claimed, 0.02)
    assert sum(one.outcome == CONFIRMED for one in found) >= 0.95 * RUNS
    assert sum(one.outcome == REFUTED for one in found) <= 10
    inside = sum(one.low <= claimed <= one.high for one in found)
    assert inside >= 0.98 * RUNS


def test_large_changes_need_few_pairs() -> None:
    large = verdicts(3.0, 3.0, 0.03)
    small = verdicts(1.1, 1.1, 0.03)
    assert np.mean([one.pairs for one in large]) < np.mean([one.pairs for one in small])
    assert {one.pairs for one in large} == {sequential_test.LOOKS[0]}


def test_a_change_the_other_way_is_refuted() -> None:
    assert {one.outcome for one in verdicts(0.8, 1.25, 0.01)} == {REFUTED}


def test_too_much_noise_is_undecided_and_says_so() -> None:
    found = verdicts(1.05, 1.05, 0.3)
    assert sum(one.outcome == UNDECIDED for one in found) > RUNS / 2
    assert all(one.pairs == sequential_test.LOOKS[-1] for one in found if one.outcome == UNDECIDED)


def test_counts_have_no_noise() -> None:
    verdict = sequential_test.decide(lambda: (104.0, 171.0), 171 / 104)
    assert (verdict.outcome, verdict.low) == (CONFIRMED, pytest.approx(171 / 104))
    assert verdict.pairs == 2
    assert sequential_test.decide(lambda: (104.0, 104.0), 171 / 104).outcome == REFUTED


def test_a_size_is_measured_until_it_is_worth_quoting() -> None:
    for noise, fewest in ((0.01, sequential_test.LOOKS[0]), (0.3, sequential_test.ENOUGH)):
        found = []
        for seed in range(RUNS):
            source = pairs(3.0, noise, seed)
            found.append(
                sequential_test.decide(lambda source=source: next(source), 3.0, precise=True)
            )
        assert {one.outcome for one in found} == {CONFIRMED}
        assert np.median([one.pairs for one in found]) == fewest
        assert sum(one.low <= 3.0 <= one.high for one in found) >= 0.98 * RUNS


def test_more_pairs_for_the_size_do_not_take_a_decision_back() -> None:
    sure = [(1.0, 3.0), (1.0, 3.5), (1.0, 2.6), (1.0, 3.9)]
    outlier = iter([(1.0, 0.01), *[(1.0, 3.0)] * 20])
    verdict = sequential_test.decide(lambda: next(outlier), 3.0, sure, precise=True)
    assert (verdict.outcome, verdict.pairs) == (CONFIRMED, len(sure))


def test_an_interrupted_decision_goes_on() -> None:
    source = pairs(1.5, 0.01, 1)
    first = [next(source) for _ in range(3)]
    asked = []

    def pair() -> tuple[float, float]:
        asked.append(1)
        return next(source)

    assert sequential_test.decide(pair, 1.5, first).outcome == CONFIRMED
    assert len(asked) == sequential_test.LOOKS[0] - 3


def test_a_commit_is_told_to_be_like_one_end_or_the_other() -> None:
    for truth, outcome in ((1.2, CONFIRMED), (1.0, REFUTED)):
        source = pairs(truth, 0.01, 3)
        verdict = sequential_test.decide(lambda source=source: next(source), 1.2, half=True)
        assert verdict.outcome == outcome
    part = [math.log(1.05)] * 4  # real, and less than half of what is looked for
    assert sequential_test.judge(part, 1.2, half=True).outcome == REFUTED


def test_what_cannot_be_judged() -> None:
    with pytest.raises(ValueError, match="no change"):
        sequential_test.judge([0.1, 0.2], 1.0)
    with pytest.raises(ValueError, match="two pairs"):
        sequential_test.judge([0.1], 1.2)
    with pytest.raises(ValueError, match="positive"):
        sequential_test.decide(lambda: (0.0, 1.0), 1.2)


def test_a_change_that_is_smaller_than_claimed_is_confirmed_with_its_size() -> None:
    part = [math.log(1.1) + error for error in (-0.002, 0.002, -0.001, 0.001)]
    verdict = sequential_test.judge(part, 1.25)
    assert verdict.outcome == CONFIRMED
    assert verdict.high < 1.12
    # a trace of what was claimed is not it
    assert sequential_test.judge([one / 4 for one in part], 1.25).outcome == REFUTED
