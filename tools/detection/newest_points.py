"""The newest one or two points, where they are far off the level before them.

The windowed search waits for a third point. A night can measure again, so it need not wait.
"""

from __future__ import annotations

import numpy as np

from tools.detection.noise import Floats

FAR = 4.0  # standard deviations off the level before
LEAST_NOISE = 0.01  # of the level: the standard deviation is not taken to be less
FEWEST_BEFORE = 3  # points that tell the level before


def change(values: Floats, errors: Floats, start: int) -> int | None:
    """The index of the first of the newest points, None where they are on the level before.

    `start` is the first point of that level. Its noise is the largest of: the points' spread, the
    jumps between neighbours, and the standard `errors` of the newest points (NaN: unknown).
    """
    for newest in (2, 1):
        before, after = values[start:-newest], values[-newest:]
        if len(before) < FEWEST_BEFORE:
            continue
        level = np.median(before)
        spread = 1.4826 * np.median(abs(before - level))
        jumps = np.median(abs(np.diff(before))) / 0.954
        own = np.nan_to_num(errors[-newest:]).max()
        noise = max(spread, jumps, own, LEAST_NOISE * abs(level))
        off = after - level
        if abs(np.sign(off).sum()) == newest and abs(off).min() > FAR * noise:
            return len(values) - newest
    return None
