"""Other detectors for comparison: asv's, Otava's and Perfherder's, each at its defaults."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from asv.step_detect import detect_steps
from numpy.lib.stride_tricks import sliding_window_view

from tools.environments import uv

OTAVA = "apache-otava==0.8.0"  # it pins numpy and scipy, so it gets an environment of its own
PERFHERDER_WINDOW = 12
PERFHERDER_T = 7.0

Values = Sequence[float] | npt.NDArray[np.float64]


def asv(values: Values) -> list[int]:
    """The steps of `asv.step_detect`, asv's own source of regressions."""
    return [int(left) for left, *_ in detect_steps([float(value) for value in values])[1:]]


def perfherder(values: Values) -> list[int]:
    """Perfherder's rule: t > 7 between the 12 points before and after, nearer ones weigh more.

    Of neighbouring points beyond it, the one with the largest t is the change point.
    (Mozilla, treeherder/perfalert.)
    """
    size = PERFHERDER_WINDOW
    series = np.asarray(values, dtype=float)
    t = np.zeros(len(series))
    if len(series) < 2 * size:
        return []
    around = sliding_window_view(series, size)
    weight = np.arange(1, size + 1) / size
    means, variances = [], []
    for windows, weights in ((around[:-size], weight), (around[size:], weight[::-1])):
        mean = windows @ weights / weights.sum()
        spread = (windows - mean[:, None]) ** 2 @ weights / weights.sum() * size / (size - 1)
        means.append(mean)
        variances.append(spread / size)
    error = np.sqrt(variances[0] + variances[1])
    step = np.abs(means[1] - means[0])
    np.divide(step, error, out=t[size : len(series) - size + 1], where=error > 0)
    beyond = np.flatnonzero(t > PERFHERDER_T)
    groups = np.split(beyond, np.flatnonzero(np.diff(beyond) > 1) + 1)
    return [int(group[t[group].argmax()]) for group in groups if len(group)]


def otava(many: Sequence[Values]) -> list[list[int]]:
    """Otava's change points (p .001, magnitude 0) of many series, from its own environment.

    Raises MissingError or ProgramError where uv cannot make that environment.
    """
    worker = Path(__file__).with_name("otava_worker.py")
    given = json.dumps([[float(value) for value in values] for values in many])
    answer = uv.run(
        "run", "--quiet", "--no-project", "--isolated", "--python", sys.executable,
        "--with", OTAVA, "python", worker, input=given, timeout=3600,
    )  # fmt: skip
    indices: list[list[int]] = json.loads(answer.stdout)
    return indices
