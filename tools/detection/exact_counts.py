"""Counts without noise, such as tasks of a graph: each change of the value is a change point.

A level of one commit is real then, however long the series is. A count that fluctuates all the
same (an order that is left to chance, say) is recognised by what it repeats.
"""

from __future__ import annotations

import numpy as np

from tools.detection.noise import Floats
from tools.detection.repeats import Pairs

LONG = 20  # points, from which a count without noise has more equal neighbours than others
RETURNS = 3  # changes back to an earlier value that are not yet fluctuation
DIGITS = 9  # of the largest value: smaller differences are rounding


def changes(values: Floats) -> list[int]:
    """The index of each point that differs from the point before."""
    return [int(at) + 1 for at in np.flatnonzero(np.diff(_rounded(values)))]


def repeats_exactly(values: Floats, repeats: Pairs = ()) -> bool:
    """Whether a count has no noise, as far as its values and `repeats` of one commit tell.

    It has noise where

    - two values of one commit differ, or
    - RETURNS changes or more, and more than half of all, go back to an earlier value, or
    - a series of LONG points or more has more unequal than equal neighbours.
    """
    if any(first != second for first, second in repeats):
        return False
    at = changes(values)
    levels = _rounded(values)[[0, *at]]
    returns = len(levels) - len(np.unique(levels))
    if returns >= RETURNS and returns > len(at) / 2:
        return False
    return len(values) < LONG or len(at) <= (len(values) - 1) / 2


def _rounded(values: Floats) -> Floats:
    largest = float(np.abs(values).max())
    return np.round(values / largest, DIGITS) if largest else values
