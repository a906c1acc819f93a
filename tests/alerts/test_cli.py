"""`python -m tools alerts`: what it prints, and what it says of bad input."""

from __future__ import annotations

import json

import pytest

from tools.__main__ import main
from tools.alerts import evaluate, simulate
from tools.common.errors import MissingError


@pytest.fixture
def given(tmp_path):
    def write(content: str) -> str:
        path = tmp_path / "series.json"
        path.write_text(content, encoding="utf-8")
        return str(path)

    return write


def test_detect(given, capsys):
    values = [7.0] * 10 + [None] + [8.0] * 10
    noisy = {"values": values, "repeat_sd": 5, "errors": [None] * 21, "unit": "s"}
    series = {"step": {"values": values}, "none": {"values": []}, "noisy": noisy}
    assert main(["alerts", "detect", given(json.dumps(series))]) == 0
    assert json.loads(capsys.readouterr().out) == {"step": [11], "none": [], "noisy": []}


def test_detect_takes_what_windows_writes(given, capsys):
    path = given("\ufeff" + json.dumps({"none": {"values": []}}))
    assert main(["alerts", "detect", path]) == 0
    assert json.loads(capsys.readouterr().out) == {"none": []}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not json", "not JSON"),
        ("[1, 2]", "not an object"),
        ('{"a": [1, 2]}', 'a: no "values"'),
        ('{"a": {"values": 3}}', "a: values is not a list"),
        ('{"a": {"values": [1, "x"]}}', "values[1] is not a number: 'x'"),
        ('{"a": {"values": [true]}}', "values[0] is not a number"),
        ('{"a": {"values": [1' + "0" * 400 + "]}}", "too large"),
        ('{"a": {"values": [1], "errors": [1, 2]}}', "not as many errors as values"),
        ('{"a": {"values": [1], "errors": [-1]}}', "negative error"),
        ('{"a": {"values": [1], "repeat_sd": -1}}', "repeat_sd"),
        ('{"a": {"values": [1], "repeat_sd": "x"}}', "repeat_sd"),
    ],
)
def test_a_damaged_file_is_named_with_its_place(given, capsys, content, said):
    path = given(content)
    assert main(["alerts", "detect", path]) == 9
    error = capsys.readouterr().err
    assert path in error
    assert said in error


def test_a_missing_file_is_wrong_usage(tmp_path, capsys):
    assert main(["alerts", "detect", str(tmp_path / "none.json")]) == 2
    assert main(["alerts", "detect", str(tmp_path)]) == 2
    assert main(["alerts", "evaluate", "--labels", str(tmp_path)]) == 2
    assert "no JSON file" in capsys.readouterr().err


def test_evaluate_leaves_out_what_is_not_there(monkeypatch, capsys):
    def absent(many):
        raise MissingError("no such program")

    monkeypatch.setattr(simulate, "KINDS", {"white": simulate.KINDS["white"]})
    monkeypatch.setattr(
        evaluate, "DETECTORS", {"ours": lambda many: [[] for _ in many], "other": absent}
    )
    assert main(["alerts", "evaluate", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert "labels" not in report
    assert list(report["with_step"]) == ["ours"]
    assert any("--labels" in note for note in report["notes"])
    assert any("other: left out" in note for note in report["notes"])
