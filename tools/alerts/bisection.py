"""Bisection that allows for noise: the one upstream commit that made a change.

The sequential test (tools.detection.sequential_test) decides for each tried commit whether it has
the change. The at most log2(n) decisions share its error rate. The search steps around commits
that cannot be built; the result is then a range. The caller keeps the answers, so that an
interrupted search continues.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tools.detection.sequential_test import ERROR


class OutOfBudget(Exception):
    """Raised by `is_after` when no time is left; the search returns the range so far."""


@dataclass(frozen=True)
class Range:
    """Between `good` (still before the change) and `bad` (already after it)."""

    good: str
    bad: str
    between: tuple[str, ...]  # commits that may have made it as well
    finished: bool  # False if the budget ended first

    @property
    def exact(self) -> bool:
        """Whether `bad` is the one commit that made the change."""
        return not self.between


def error_of_each(n_commits: int) -> float:
    """The error rate that each of the decisions over `n_commits` may have."""
    return ERROR / max(1, math.ceil(math.log2(max(2, n_commits))))


def bisect(
    commits: Sequence[str],
    is_after: Callable[[str], bool | None],
    earlier: Mapping[str, bool | None] | None = None,
) -> Range:
    """Search `commits` (in order; the first is before the change, the last after it).

    `is_after` returns whether a commit has the change; None when that cannot be measured (it does
    not build, or the noise is too large). `earlier` has the answers of earlier searches. Raises
    ValueError for fewer than two commits.
    """
    if len(commits) < 2:
        raise ValueError("a good and a bad commit are needed to search between")
    answers = dict(earlier or {})
    good, bad = 0, len(commits) - 1
    finished = True
    while untried := [
        at for at in range(good + 1, bad) if answers.get(commits[at], True) is not None
    ]:
        middle = (good + bad) / 2
        at = min(untried, key=lambda at: abs(at - middle))
        if commits[at] not in answers:
            try:
                answers[commits[at]] = is_after(commits[at])
            except OutOfBudget:
                finished = False
                break
        answer = answers[commits[at]]
        if answer is True:
            bad = at
        elif answer is False:
            good = at
    return Range(commits[good], commits[bad], tuple(commits[good + 1 : bad]), finished)
