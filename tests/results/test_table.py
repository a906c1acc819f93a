"""The table holds what asv's result files hold, and reads again only what changed."""

from __future__ import annotations

import itertools
import json
import math
import os
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from asv.results import iter_results
from asv_runner.statistics import compute_stats
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.results import result_file, table
from tools.results.result_file import interval_of, parameters_text

NAME = "pca.Sgkit.time_compute"
COUNT = "pca.Sgkit.track_graph_tasks"
SETS = ["'smoke'", "'sim-1k'"]
COLUMNS = ["result", "params", "version", "started_at", "duration", "stats_ci_99_a",
           "stats_ci_99_b", "stats_q_25", "stats_q_75", "stats_number", "stats_repeat",
           "samples"]  # fmt: skip
LONG_AGO = time.time_ns() - 10**12


class Folder:
    """A folder of results, whose files are old enough to be remembered."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "box").mkdir(parents=True)
        (path / "box" / "machine.json").write_text('{"machine": "box", "version": 1}')

    def add(
        self, commit: str, values: Any, *, name: str = NAME, env: str = "env", **columns: Any
    ) -> Path:
        """Write a result file with the values of one benchmark with two data sets."""
        entry = dict.fromkeys(COLUMNS) | {"result": values, "params": [SETS], "version": "1"}
        row = list((entry | columns).values())
        document = {
            "commit_hash": commit, "env_name": env, "date": 1000, "python": "auto",
            "params": {"machine": "box", "stack": "frozen", "ram": None}, "requirements": {},
            "env_vars": {"THREADS": "1"}, "result_columns": COLUMNS, "results": {name: row},
            "durations": {}, "version": 2,
        }  # fmt: skip
        path = self.path / "box" / f"{commit[:8]}-{env}.json"
        path.write_text(json.dumps(document))
        return aged(path)

    def read(self) -> pl.DataFrame:
        """A row a value, joined with its file."""
        found = table.read(self.path)
        files = found.files.lazy()
        return found.values.join(files, on="number", maintain_order="left").collect()

    def values(self, commit: str) -> list[float | None]:
        return self.read().filter(commit=commit)["value"].to_list()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    return Folder(tmp_path / "results")


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were parsed."""
    names: list[str] = []
    parse = result_file.read

    def noting(path: Path, machine: str) -> Any:
        names.append(path.name)
        return parse(path, machine)

    monkeypatch.setattr(result_file, "read", noting)
    return names


def aged(path: Path, at: int = LONG_AGO) -> Path:
    os.utime(path, ns=(at, at))
    return path


def test_a_row_has_what_the_file_says(folder: Folder) -> None:
    drawn = [[1.0, 1.1, 1.2], None]
    folder.add("a" * 40, [1.1, math.nan], samples=drawn, started_at=5)
    first, second = folder.read().sort("parameters").reverse().rows(named=True)
    assert (first["benchmark"], first["parameters"]) == (NAME, parameters_text(["'smoke'"]))
    assert (first["commit"], first["machine"], first["date"]) == ("a" * 40, "box", 1000)
    assert table.environment(first["environment"]) == {
        "machine": "box", "stack": "frozen", "ram": "", "env-THREADS": "1",
    }  # fmt: skip
    assert (first["value"], first["samples"], first["started_at"]) == (1.1, 3, 5)
    assert (first["low"], first["high"]) == pytest.approx((0.9, 1.3))
    assert math.isnan(second["value"])
    assert (second["low"], second["samples"]) == (None, None)


def test_a_missing_column_is_all_null(folder: Folder) -> None:
    folder.add("a" * 40, None)  # all failed
    assert folder.values("a" * 40) == [None, None]


@pytest.mark.parametrize(
    "wrong", ["x", math.inf, -math.inf, 10**400, True, [1.0], {"value": 1}], ids=repr
)
def test_a_wrong_value_costs_only_itself(folder: Folder, wrong: object) -> None:
    folder.add("a" * 40, [wrong, 2.0])
    assert folder.values("a" * 40) == [None, 2.0]


@pytest.mark.parametrize(
    "wrong",
    [
        [["x", None, 1], None],
        [[1.0, math.inf, 2.0], None],
        [[1.0, 10**400, 2.0], None],
        ["x", None],
        7,
        {},
    ],
    ids=repr,
)
def test_wrong_samples_cost_only_the_interval(folder: Folder, wrong: object) -> None:
    folder.add("a" * 40, [1.0, 2.0], samples=wrong)
    assert folder.values("a" * 40) == [1.0, 2.0]
    assert folder.read()["low"].to_list() == [None, None]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "7", '{"version": 2}', '{"version": 1}',
     '{"version": 2, "params": {"machine": "box"}, "results": 3}', "[" * 100_000],
)  # fmt: skip
def test_a_wrong_file_costs_only_itself_and_is_named_once(
    folder: Folder, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder.add("a" * 40, [1.0, 2.0])
    wrong = folder.path / "box" / "bbbbbbbb-env.json"
    wrong.write_text(text)
    aged(wrong)
    for _ in range(2):
        assert folder.values("a" * 40) == [1.0, 2.0]
        assert len(table.read(folder.path).readable) == 1
    assert sum("bbbbbbbb-env.json" in record.message for record in caplog.records) == 1


def test_of_another_machine_than_its_folder(folder: Folder) -> None:
    folder.add("a" * 40, [1.0, 2.0])
    (folder.path / "box" / "machine.json").write_text('{"machine": "new", "version": 1}')
    assert not len(table.read(folder.path).readable)


def test_only_what_changed_is_read_again(folder: Folder, parsed: list[str]) -> None:
    folder.add("a" * 40, [1.0, 2.0])
    path = folder.add("b" * 40, [3.0, 4.0])
    folder.read()
    assert sorted(parsed) == ["aaaaaaaa-env.json", "bbbbbbbb-env.json"]
    parsed.clear()
    folder.read()
    assert not parsed
    aged(folder.add("b" * 40, [3.0, 5.0]), LONG_AGO + 1)  # as large as before
    folder.add("c" * 40, [6.0, 7.0])
    assert folder.values("b" * 40) == [3.0, 5.0]
    assert folder.values("c" * 40) == [6.0, 7.0]
    assert sorted(parsed) == ["bbbbbbbb-env.json", "cccccccc-env.json"]
    path.unlink()
    assert folder.values("b" * 40) == []
    assert folder.values("a" * 40) == [1.0, 2.0]


def test_a_file_that_may_still_change_at_the_same_time_is_read_again(
    folder: Folder, parsed: list[str]
) -> None:
    path = folder.add("a" * 40, [1.0, 2.0])
    now = time.time_ns()
    aged(path, now)
    folder.read()
    aged(folder.add("a" * 40, [1.0, 3.0]), now)
    assert folder.values("a" * 40) == [1.0, 3.0]
    assert len(parsed) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "version", "text"])
def test_a_damaged_cache_is_made_anew_silently(
    folder: Folder, damage: str, parsed: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    folder.add("a" * 40, [1.0, 2.0])
    folder.read()
    path = table._cache(folder.path)
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
    if damage == "version":
        content[:16] = bytes(16)
    shorter = {"cut": content[:-30], "empty": b"", "text": b"no table"}
    path.write_bytes(shorter.get(damage, content))
    parsed.clear()
    assert folder.values("a" * 40) == [1.0, 2.0]
    assert parsed == ["aaaaaaaa-env.json"]
    assert not caplog.records
    parsed.clear()
    folder.read()
    assert not parsed


def test_without_a_cache_it_is_only_slower(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, parsed: list[str]
) -> None:
    occupied = folder.path / "file"
    occupied.write_text("")
    monkeypatch.setenv("GWAS_CACHE", str(occupied))
    folder.add("a" * 40, [1.0, 2.0])
    for _ in range(2):
        assert folder.values("a" * 40) == [1.0, 2.0]
    assert len(parsed) == 2


def test_no_results_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    found = table.read(tmp_path / "nowhere")
    assert not len(found.files)
    assert not len(found.values.collect())


times = itertools.count(LONG_AGO)  # else equal sizes would be taken for the same file
numbers = st.one_of(st.none(), st.floats(allow_infinity=False), st.integers(-9, 9))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(values=st.lists(numbers, min_size=2, max_size=2), version=st.sampled_from([None, "1"]))
def test_values_are_those_that_asv_reads(
    folder: Folder, values: list[float | None], version: str | None
) -> None:
    aged(folder.add("a" * 40, values, version=version), next(times))
    [result] = iter_results(str(folder.path))
    expected = result.get_result_value(NAME, [SETS])
    floats = [None if value is None else float(value) for value in expected]
    assert repr(folder.values("a" * 40)) == repr(floats)


def test_interval_of_few_and_many_samples() -> None:
    assert interval_of(None, None, 3, [1.0, 1.1, 1.2]) == pytest.approx((0.9, 1.3))
    assert interval_of(None, None, 1, [1.0]) is None
    assert interval_of(None, None, 0, None) is None
    _, stats = compute_stats([1.0 + at / 100 for at in range(10)], 1)
    bounds = stats["ci_99_a"], stats["ci_99_b"]
    assert interval_of(*bounds, stats["repeat"], None) == bounds
