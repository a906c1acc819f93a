"""The strongest step of a piece, and t as scipy has it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tools.detection import windows
from tools.detection.noise import Noise

PLAIN = Noise(variance=1.0, degrees=0.0, memory=0.0, shortest=1)


def piece(values, *, last=True):
    return windows.Piece.of(values, values, np.zeros(len(values)), last=last)


def test_strength_is_students_t_over_its_critical_value():
    values = np.random.default_rng(1).standard_normal(20)
    values[12:] += 40  # far from a straight line
    (strength,) = windows._strength(piece(values), PLAIN, 12, 8, 12, 13, threshold=3.0)
    t = stats.ttest_ind(values[12:], values[:12]).statistic
    critical = stats.t.isf(stats.norm.sf(3.0), 18)
    assert strength == pytest.approx(t / critical)


def test_three_points_are_enough_only_at_the_end_of_the_series():
    values = np.random.default_rng(2).standard_normal(30)
    values[27:] += 15
    assert windows.strongest(piece(values), PLAIN, 5.0) == 27
    assert windows.strongest(piece(values, last=False), PLAIN, 5.0) is None


def test_levels_shorter_than_the_shortest_do_not_count():
    values = np.random.default_rng(3).standard_normal(30)
    values[25:] += 15
    careful = Noise(variance=1.0, degrees=10.0, memory=0.0, shortest=12)
    assert windows.strongest(piece(values), PLAIN, 5.0) == 25
    assert windows.strongest(piece(values), careful, 5.0) is None


def test_what_a_line_explains_is_no_step():
    line = np.arange(60) + np.random.default_rng(4).standard_normal(60)
    assert windows.strongest(piece(line), PLAIN, 5.0) is None
