"""Change points of a short series: asv's steps, and neighbours that differ clearly.

The windowed search needs 8 points and levels that last. asv's penalised fit sees steps in fewer.
It passes over most levels of one or two points, even of twice the value, and with two or three
points calls any difference a step. So differences of neighbours are judged by their samples.
"""

from __future__ import annotations

import math

import numpy as np
from asv import step_detect

from tools.detection.noise import Floats

NEIGHBOUR_RATIO = 1.3  # difference of two neighbours that is a change without a step
UNKNOWN_NOISE_RATIO = 2.0  # the same where too few samples tell the noise
# Half the width of a 99 % interval in standard errors. Of few samples the interval is twice their
# range, which is rather wide than narrow.
QUANTILE = 2.58


def changes(values: Floats, errors: Floats) -> list[int]:
    """The index of the first point after each change, ascending.

    `errors` are the standard errors of the values, NaN where unknown. Runs differ more than one
    run's samples do, so a step to or from a level of one point counts only when the two points
    are well apart.
    """
    # asv's fit squares the values: beyond 1e154 it would never end
    scaled = values / (float(np.abs(values).max()) or 1.0)
    steps = [int(left) for left, *_ in step_detect.detect_steps(scaled.tolist())[1:]]
    edges = [0, *steps, len(values)]
    apart = {at for at in range(1, len(values)) if _differ(values, errors, at)}
    of_levels = {
        at
        for start, at, end in zip(edges, edges[1:], edges[2:], strict=False)
        if at in apart or _is_step(values, errors, start, at, end)
    }
    large = {at for at in apart if magnitude(ratio(values[at - 1], values[at])) >= NEIGHBOUR_RATIO}
    return sorted(of_levels | large)


def _is_step(values: Floats, errors: Floats, start: int, at: int, end: int) -> bool:
    """Whether two levels of more than one point differ by more than known noise."""
    if min(at - start, end - at) == 1:
        return False
    sampled = errors[start:end][~np.isnan(errors[start:end])]
    noise = float(np.median(sampled)) if len(sampled) else 0.0
    step = abs(np.median(values[at:end]) - np.median(values[start:at]))
    return bool(step > QUANTILE * noise * math.sqrt(1 / (at - start) + 1 / (end - at)))


def _differ(values: Floats, errors: Floats, at: int) -> bool:
    return well_apart(*values[at - 1 : at + 1], *errors[at - 1 : at + 1])


def well_apart(old: float, new: float, old_error: float, new_error: float) -> bool:
    """Whether the 99 % intervals of two values are apart by more than half of the wider one.

    Where a standard error is NaN (unknown): whether the values differ UNKNOWN_NOISE_RATIO times.
    """
    if math.isnan(old_error + new_error):
        return magnitude(ratio(old, new)) >= UNKNOWN_NOISE_RATIO
    gap = abs(new - old) - QUANTILE * (old_error + new_error)
    return bool(gap > QUANTILE * max(old_error, new_error))


def ratio(old: float, new: float) -> float:
    """New / old; infinite from 0, 1 from 0 to 0."""
    if old == 0:
        return 1.0 if new == 0 else math.inf
    return new / old


def magnitude(ratio: float) -> float:
    """A ratio as a factor of at least 1, whichever way it goes."""
    return math.inf if ratio <= 0 else max(ratio, 1 / ratio)
