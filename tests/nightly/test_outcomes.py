"""What gives no value at a new commit is told to the operator, once, and tried again if it can."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from asv.results import Results
from asv.runner import BenchmarkResult

from tools.environments import failures
from tools.nightly import outcomes
from tools.nightly.history import History
from tools.results.series import Point, Series

ENV = "per-commit-pyauto-stackfrozen"
NAME = "pca.Sgkit.time_compute"
BENCHMARK = {
    "name": NAME, "params": [["1", "2"]], "param_names": ["cores"], "version": "1",
    "type": "time", "unit": "seconds", "code": "",
}  # fmt: skip
COMMITS = [character * 40 for character in "abcd"]
NAN = float("nan")


class Checkout:
    """Results of the commits of one tool, oldest first."""

    def __init__(self, path: Path) -> None:
        self.conf = SimpleNamespace(results_dir=str(path), benchmark_dir="benchmarks")
        (path / "box").mkdir()
        (path / "box" / "machine.json").write_text('{"machine": "box", "version": 1}')
        (path / "benchmarks.json").write_text(json.dumps({"version": 2, NAME: BENCHMARK}))
        here: dict[str, str | None] = {"branch": "sgkit", "stack": "frozen", "machine": "box"}
        self._series = [
            Series(NAME, index, {"cores": f"{index + 1}"}, here, "") for index in range(2)
        ]

    def add(self, commit: str, *values: float | None) -> None:
        result = Results({"machine": "box"}, {"stack": "frozen"}, commit, 1, "auto", ENV, {})
        column = list(values)
        nothing: list[None] = [None] * len(column)
        result.add_result(BENCHMARK, BenchmarkResult(column, nothing, nothing, 0, "", None))
        result.save(self.conf.results_dir)
        for series, value in zip(self._series, values, strict=True):
            if value is not None and value == value:
                series.points.append(Point(COMMITS.index(commit), value, None))

    def found(self) -> History:
        hashes = dict(enumerate(COMMITS))
        return History(self._series, hashes, {"sgkit": COMMITS[::-1]}, "box")

    def losses(self, commits: Sequence[str]) -> list[str]:
        return outcomes.losses(self.conf, "frozen", self.found(), commits)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "results").mkdir()
    return Checkout(tmp_path / "results")


def remember(commit: str) -> None:
    failures.record("sgkit", commit, "frozen", "no setup.py", "log")


def test_a_commit_is_reached_does_not_build_or_is_missed(checkout: Checkout) -> None:
    checkout.add(COMMITS[0], 1.0, 1.0)
    checkout.add(COMMITS[1], None, None)  # asv ran, and all failed
    remember(COMMITS[2])
    became = outcomes.of(checkout.conf, "frozen", "box", COMMITS)
    assert became.reached == COMMITS[:2]
    assert became.unbuilt == [COMMITS[2]]
    assert became.missed == [COMMITS[3]]


def test_what_begins_to_fail_is_said_at_its_first_commit_only(checkout: Checkout) -> None:
    checkout.add(COMMITS[0], 1.0, 1.0)
    checkout.add(COMMITS[1], 1.0, None)
    checkout.add(COMMITS[2], 1.0, None)
    assert checkout.losses(COMMITS) == [
        f"sgkit bbbbbbbb: 1 benchmarks failed that did not at aaaaaaaa: {NAME}(cores=2)"
    ]
    assert checkout.losses([COMMITS[2]]) == []


def test_what_was_not_asked_for_has_not_failed(checkout: Checkout) -> None:
    checkout.add(COMMITS[0], 1.0, 1.0)
    checkout.add(COMMITS[1], 1.0, NAN)
    assert checkout.losses(COMMITS) == []


def test_that_the_newest_commit_does_not_build_is_said(checkout: Checkout) -> None:
    checkout.add(COMMITS[0], 1.0, 1.0)
    remember(COMMITS[1])
    assert checkout.losses(COMMITS) == []  # a newer one may build
    remember(COMMITS[3])
    assert checkout.losses(COMMITS) == ["sgkit: its newest commit cannot be built: no setup.py"]
