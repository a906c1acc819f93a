"""Whether a step stands on its own points, where nothing can be measured again.

What the machine did is told as soon as it is seen: the machine of the past is gone. So its points
alone must show it: enough of them on either side, a size that people would notice, and Student's
interval of the difference clear of no change. Simulated, one or two points after a step are often
an outlier, and three hardly ever (README.md beside this file).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from tools.detection.sequential_test import ERROR, NEGLIGIBLE
from tools.results.metrics import NOTABLE

FEWEST = 3  # points on either side


def stands(before: Sequence[float], after: Sequence[float]) -> bool:
    """Whether positive values stepped by NOTABLE or more, beyond their own noise."""
    if min(len(before), len(after)) < FEWEST:
        return False
    sides = np.log(before), np.log(after)
    if abs(np.median(sides[1]) - np.median(sides[0])) < NOTABLE:
        return False
    degrees = len(before) + len(after) - 2
    variance = sum(float(((side - side.mean()) ** 2).sum()) for side in sides) / degrees
    error = math.sqrt(variance * (1 / len(before) + 1 / len(after)))
    width = float(stats.t.isf(ERROR / 2, degrees)) * error
    return abs(float(sides[1].mean() - sides[0].mean())) - width > NEGLIGIBLE
