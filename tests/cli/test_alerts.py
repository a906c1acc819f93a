"""`python -m tools alerts`: what it prints, and what it says of bad input."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from tools.__main__ import main
from tools.common.errors import MissingError
from tools.evaluation import evaluate, simulation


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
        ("not json", "not valid JSON"),
        ("[1, 2]", "the whole file: expected an object"),
        ('{"a": [1, 2]}', "a: expected an object"),
        ('{"a": {}}', "a.values is missing"),
        ('{"a": {"values": 3}}', "a.values = 3: expected a list"),
        ('{"a": {"values": [1, "x"]}}', "a.values[1] = 'x': expected a number"),
        ('{"a": {"values": [true]}}', "a.values[0] = True: expected a number"),
        ('{"a": {"values": [1' + "0" * 400 + "]}}", "00...: expected a number"),
        ('{"a": {"values": [1], "errors": [1, 2]}}', "a.errors = [1, 2]: expected as many errors"),
        ('{"a": {"values": [1], "errors": [-1]}}', "from 0 to 1e+06, not -1.0 at [0]"),
        ('{"a": {"values": [1], "errors": [Infinity]}}', "from 0 to 1e+06, not inf at [0]"),
        ('{"a": {"values": [0], "errors": [Infinity]}}', "not inf at [0]"),
        ('{"a": {"values": [1], "errors": [1e307]}}', "from 0 to 1e+06, not 1e+307 at [0]"),
        ('{"a": {"values": [1], "repeat_sd": -1}}', "a.repeat_sd = -1: expected standard errors"),
        ('{"a": {"values": [1], "repeat_sd": 1e308}}', "from 0 to 1e+06, not 1e+308"),
        ('{"a": {"values": [1], "repeat_sd": NaN}}', "a.repeat_sd = nan: expected a number"),
        ("[" * 100_000, "not valid JSON: maximum recursion depth"),
        ('{"a": {"values": [1], "repeat_sd": "x"}}', "a.repeat_sd = 'x': expected a number"),
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


def test_a_name_that_is_too_long_is_wrong_usage(capsys):
    assert main(["alerts", "detect", "x" * 300]) == 2
    assert "cannot be read: File name too long" in capsys.readouterr().err


def test_what_may_not_be_read_is_to_be_made_readable(given, capsys, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    path = given("{}")
    monkeypatch.setattr(Path, "read_text", denied)
    assert main(["alerts", "detect", path]) == 13
    assert "make it readable" in capsys.readouterr().err


@pytest.mark.filterwarnings("error")
def test_noise_that_hides_all_but_is_no_mistake(given, capsys):
    series = {"a": {"values": [0.0] * 5 + [1.0] * 5, "repeat_sd": 9e5, "errors": [9e5] * 10}}
    assert main(["alerts", "detect", given(json.dumps(series))]) == 0
    assert json.loads(capsys.readouterr().out) == {"a": []}


def test_evaluate_leaves_out_what_is_not_there(monkeypatch, capsys):
    def absent(many):
        raise MissingError("no such program")

    monkeypatch.setattr(simulation, "KINDS", {"white": simulation.KINDS["white"]})
    monkeypatch.setattr(
        evaluate, "DETECTORS", {"ours": lambda many: [[] for _ in many], "other": absent}
    )
    assert main(["alerts", "evaluate", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert "labels" not in report
    assert list(report["with_step"]) == ["ours"]
    assert any("--labels" in note for note in report["notes"])
    assert any("other: left out" in note for note in report["notes"])
