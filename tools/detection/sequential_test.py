"""A sequential test of a claimed change, which stops as soon as it is sure.

Both sides are measured in turn (A B A B ...), so that slow drift affects both. Each pair gives one
log ratio. The test looks at fixed numbers of pairs only. Each look forms Student's t interval of
the mean log ratio. The looks share the error rate (Bonferroni), so over all of them it is at most
ERROR that

- a change is confirmed where there is none, or
- a change as large as claimed is refuted.

Group-sequential designs: Jennison & Turnbull, "Group Sequential Methods" (2000). Ratios of run
times: Kalibera & Jones, "Rigorous benchmarking in reasonable time" (2013).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scipy import stats

CONFIRMED, REFUTED, UNDECIDED = "confirmed", "refuted", "undecided"
LOOKS = (4, 6, 9, 13, 19)  # pairs at which the test looks
ERROR = 0.01  # of each kind, over all looks
# log ratio that does not matter even when it is certain: code layout alone moves 1 %
NEGLIGIBLE = 0.01
PRECISE = 1 / 4  # half width of an interval over its log ratio, up to which the size is quoted
ENOUGH = 9  # pairs after which the size is quoted whatever its interval


@dataclass(frozen=True)
class Verdict:
    """The outcome, with the ratio after / before and the interval it was judged by."""

    outcome: str
    ratio: float
    low: float
    high: float
    pairs: int


def judge(
    log_ratios: Sequence[float], claimed: float, error: float = ERROR, *, half: bool = False
) -> Verdict:
    """The verdict on `log_ratios` (one log(after / before) a pair) of a `claimed` ratio.

    - Confirmed: the interval lies beyond NEGLIGIBLE, on the claimed side.
    - Refuted: the interval excludes half the claimed log change. A change that is certainly a
      quarter of the claim is confirmed all the same, as claims from few points are too large.
    - Undecided: neither, so far.

    With `half`, confirmed is beyond half the claim: one of two sides is chosen. Raises ValueError
    for a claim within NEGLIGIBLE, or for fewer than two pairs.
    """
    claim = math.log(claimed)
    if abs(claim) <= NEGLIGIBLE:
        raise ValueError(f"a ratio of {claimed} is no change to confirm")
    if len(log_ratios) < 2:
        raise ValueError("two pairs are needed at least")
    mean, width = interval(log_ratios, error / len(LOOKS))
    toward = math.copysign(1.0, claim)
    nearest, farthest = toward * mean - width, toward * mean + width
    smaller = not half and nearest > max(NEGLIGIBLE, abs(claim) / 4)
    if farthest < abs(claim) / 2 and not smaller:
        outcome = REFUTED
    elif nearest > (abs(claim) / 2 if half else NEGLIGIBLE):
        outcome = CONFIRMED
    else:
        outcome = UNDECIDED
    return Verdict(
        outcome, math.exp(mean), math.exp(mean - width), math.exp(mean + width), len(log_ratios)
    )


def decide(
    pair: Callable[[], tuple[float, float]],
    claimed: float,
    earlier: Sequence[tuple[float, float]] = (),
    error: float = ERROR,
    *,
    half: bool = False,
    precise: bool = False,
) -> Verdict:
    """Measure pairs (before, after) by calling `pair` until the test decides.

    `earlier` are pairs of a call that was interrupted; `half` as for judge. Two pairs are
    enough where values repeat exactly. With `precise`, a confirmed change is measured on until its
    log ratio is known to PRECISE of itself, or ENOUGH pairs are measured. UNDECIDED after the last
    look.
    """
    pairs = list(earlier)
    verdict = decided = None
    while len(pairs) < 2:
        pairs.append(pair())
    for look in (2, *LOOKS) if pairs[0] == pairs[1] else LOOKS:
        while len(pairs) < look:
            pairs.append(pair())
        verdict = judge([_log_ratio(*sides) for sides in pairs[:look]], claimed, error, half=half)
        # a decision stays: the intervals of all looks hold together
        if verdict.outcome != UNDECIDED and verdict.outcome == (decided or verdict).outcome:
            decided = verdict
        if decided and not (precise and look < ENOUGH and _is_vague(decided)):
            return decided
    assert verdict is not None
    return verdict


def _is_vague(verdict: Verdict) -> bool:
    """Whether a confirmed change needs more pairs for its size."""
    if verdict.outcome != CONFIRMED:
        return False
    return math.log(verdict.high / verdict.low) / 2 > PRECISE * abs(math.log(verdict.ratio))


def _log_ratio(before: float, after: float) -> float:
    if before <= 0 or after <= 0:
        raise ValueError(f"a ratio needs positive values, not {before} and {after}")
    return math.log(after / before)


def interval(values: Sequence[float], error: float) -> tuple[float, float]:
    """Mean, and half the width of Student's interval at 1 - `error`; 0 where there is no noise."""
    mean = sum(values) / len(values)
    if all(left == right for left, right in pairwise(values)):
        return mean, 0.0
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    quantile = float(stats.t.ppf(1 - error / 2, len(values) - 1))
    return mean, quantile * spread / math.sqrt(len(values))
