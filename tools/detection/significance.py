"""Whether a change is significant by the points of its series alone.

A change of the machine cannot be measured again: the machine of the past is gone. So its points
must show it: FEWEST of them on either side, a ratio of NOTABLE or more, and Student's interval of
the ratio clear of no change. In simulations, one or two points after a step are often an outlier,
three hardly ever (docs/detection.md).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import stats

from tools.detection.sequential_test import ERROR, NEGLIGIBLE
from tools.results.metrics import NOTABLE

FEWEST = 3  # points on either side


def stands(before: npt.ArrayLike, after: npt.ArrayLike) -> bool:
    """Whether positive values changed by NOTABLE or more, beyond their own noise."""
    sides = np.log(before), np.log(after)
    if min(map(len, sides)) < FEWEST:
        return False
    if abs(np.median(sides[1]) - np.median(sides[0])) < NOTABLE:
        return False
    centre, half = log_ratio_interval(before, after)
    return abs(centre) - half > NEGLIGIBLE


def log_ratio_interval(before: npt.ArrayLike, after: npt.ArrayLike) -> tuple[float, float]:
    """Centre and half width of Student's 99 % interval of log(after / before).

    From three positive values or more, which have one variance on both sides.
    """
    sides = np.log(before), np.log(after)
    degrees = sum(map(len, sides)) - 2
    variance = sum(float(((side - side.mean()) ** 2).sum()) for side in sides) / degrees
    error = math.sqrt(variance * sum(1 / len(side) for side in sides))
    centre = float(sides[1].mean() - sides[0].mean())
    return centre, float(stats.t.isf(ERROR / 2, degrees)) * error
