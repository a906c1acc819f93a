"""Scoring against people's labels counts what it says."""

from __future__ import annotations

import json

import pytest

from tools.common.errors import DamagedError, UsageError
from tools.evaluation.labels import Labelled, Score, read, score

VALUES = [1.0] * 100


def test_consensus_needs_two_annotators_and_half_of_them():
    assert Labelled(VALUES, [[10, 50], [13], [80]]).consensus() == [11]
    assert Labelled(VALUES, [[10]]).consensus() == []
    assert Labelled(VALUES, [[10], [12], [], [], []]).consensus() == []
    assert Labelled(VALUES, []).consensus() == []


def test_score():
    labelled = {
        "both": Labelled(VALUES, [[10, 40], [12, 42], [70]]),
        "silent": Labelled(VALUES, [[], []]),
    }
    # 11 and 12 are one change; 70 is marked, if by one only; 90 is by none
    found = score(labelled, {"both": [11, 12, 70, 90], "silent": [5]})
    assert found == Score(0.5, 1000 * 2 / 200, 1.0, 5)
    assert score(labelled, {"both": [], "silent": []}) == Score(0.0, 0.0, 0.0, 0)


def test_read(tmp_path):
    series = {"a": {"values": [1, 2.5], "annotations": {"7": [1], "8": []}}}
    (tmp_path / "labelled.json").write_text(json.dumps(series))
    assert read(tmp_path) == {"a": Labelled([1.0, 2.5], [[1], []])}


def test_read_says_what_is_wrong(tmp_path):
    with pytest.raises(UsageError):
        read(tmp_path)
    (tmp_path / "other.json").write_text('{"a": {"values": [1]}}')
    with pytest.raises(DamagedError, match=r"other\.json"):
        read(tmp_path)
