"""Whatever a file of results holds, readers go on, and have all values of the other files."""

from __future__ import annotations

import copy
import itertools
import json
import math
import os
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asv.commands.compare
import asv.commands.show
import pytest
from asv import util
from asv.commands.compare import Compare
from asv.commands.show import Show
from asv.results import Results, iter_results
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.results.test_table import COLUMNS, LONG_AGO, NAME, SETS, aged
from tools.common import paths
from tools.execution import suite
from tools.results import asv_storage, lines, table
from tools.study.analysis import measurements

GOOD, WRONG = "a" * 40, "b" * 40
STUDY = "survival.Sgkit.track_finished"
LINE = {"commit": WRONG, "stack": "frozen", "benchmark": NAME, "at": "x", "data": {"name": "s"}}
WRONG_FILES = (
    *("benchmarks.json", "box/machine.json", "other/machine.json", "box/bbbbbbbb-env.json"),
    "box/provenance/bbbbbbbb-env.jsonl",
)
EXAMPLES = int(os.environ.get("GWAS_EXAMPLES", "25"))
times = itertools.count(LONG_AGO)  # else equal sizes would be taken for the same file


def result(commit: str) -> dict[str, Any]:
    """The document of a result file with two benchmarks."""
    entry = {
        "result": [1.0, math.nan], "params": [SETS], "version": "1", "started_at": 5,
        "duration": 1.5, "stats_ci_99_a": [0.9, None], "stats_ci_99_b": [1.1, None],
        "stats_q_25": [0.95, None], "stats_q_75": [1.05, None], "stats_number": [1, None],
        "stats_repeat": [3, None], "samples": [[0.9, 1.0, 1.1], None],
    }  # fmt: skip
    of_study = study_benchmark()
    count = math.prod(map(len, of_study["params"]))
    counts = {
        "result": [1.0] * count,
        "params": of_study["params"],
        "version": of_study["version"],
    }
    return {
        "commit_hash": commit, "env_name": "env", "date": 1000, "python": "auto",
        "params": {"machine": "box", "stack": "frozen"}, "requirements": {}, "env_vars": {},
        "result_columns": COLUMNS, "durations": {"<build>": 1.0}, "version": 2,
        "results": {NAME: [entry[column] for column in COLUMNS],
                    STUDY: [counts.get(column) for column in COLUMNS]},
    }  # fmt: skip


def study_benchmark() -> dict[str, Any]:
    """A benchmark of the study with one value of each parameter."""
    entry = suite.benchmarks(paths.ROOT / "benchmarks")[STUDY]
    return {**entry, "params": [values[:1] for values in entry["params"]]}


def documents() -> dict[str, Any]:
    """The files of a folder of results, by name."""
    own = {"name": NAME, "params": [SETS], "param_names": ["data"], "version": "1",
           "type": "time", "unit": "seconds"}  # fmt: skip
    return {
        "benchmarks.json": {NAME: own, STUDY: study_benchmark(), "version": 2},
        "box/machine.json": {"machine": "box", "cpu": "x", "num_cpu": "2", "version": 1},
        "other/machine.json": {"machine": "other", "version": 1},
        "box/aaaaaaaa-env.json": result(GOOD),
        "box/bbbbbbbb-env.json": result(WRONG),
        "box/provenance/bbbbbbbb-env.jsonl": LINE,
    }


def write(folder: Path, contents: dict[str, Any]) -> None:
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / name).write_bytes(text)
        aged(folder / name, next(times))


WRONG_CELLS: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 10**400, 1e308, math.nan, math.inf, -math.inf, "", "x", "nan",
     [], [[]], [None], ["x"], [1.0], [math.inf] * 2, [{}], {}, {"a": 1}, [["x"] * 400] * 3]
)  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, Any]:
    """A file's name, and its content with one to three mistakes."""
    wanted = [
        name for name in documents() if "aaaaaaaa" not in name and name != "box/machine.json"
    ]
    name = draw(st.sampled_from(wanted))
    document = copy.deepcopy(documents()[name])
    for _ in range(draw(st.integers(1, 3))):
        document = mutated(draw, document)
    return name, document


def mutated(draw: st.DrawFn, value: Any) -> Any:
    """The value with another one somewhere inside, or without one."""
    keys = (
        list(value)
        if isinstance(value, dict)
        else range(len(value))
        if isinstance(value, list)
        else []
    )
    if not keys or draw(st.integers(0, 4)) == 0:
        return copy.deepcopy(draw(WRONG_CELLS))
    key = draw(st.sampled_from(list(keys)))
    if draw(st.integers(0, 4)) == 0:
        del value[key]
    else:
        value[key] = mutated(draw, value[key])
    return value


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(asv_storage, "_run", None)
    repo = SimpleNamespace(
        get_hash_from_name=str, get_name_from_hash=str, get_decorated_hash=lambda *_: "x"
    )
    for command in (asv.commands.show, asv.commands.compare):
        monkeypatch.setattr(command, "get_repo", lambda _: repo)
    return tmp_path / "results"


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(wrong=mutations())
def test_a_wrong_cell_stops_no_reader(folder: Path, wrong: tuple[str, Any]) -> None:
    name, content = wrong
    check_all_readers(folder, {**documents(), name: content})


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff\xfe", b"{", b"[" * 100_000, b'{"a":' * 100_000, b"null", b"7", b'"version"'],
    ids=range(8),
)
def test_a_file_that_is_no_record_stops_no_reader(folder: Path, text: bytes) -> None:
    check_all_readers(folder, {**documents(), **dict.fromkeys(WRONG_FILES, text)})


def check_all_readers(folder: Path, contents: dict[str, Any]) -> None:
    """Read files as all commands do; those of GOOD are as in `documents`."""
    write(folder, contents)
    measured = table.read(folder)
    rows = measured.values.collect().join(measured.files, on="number").filter(commit=GOOD)
    own = rows.filter(benchmark=NAME)["value"].to_list()
    assert own[0] == 1.0
    assert math.isnan(own[1])
    conf: Any = SimpleNamespace(
        results_dir=str(folder), benchmark_dir=str(paths.ROOT / "benchmarks"), hash_length=8,
        branches=["sgkit"], project="x",
    )  # fmt: skip
    listed = suite.of_last_run(folder, Path(conf.benchmark_dir))
    drawn = lines.read(measured, listed, {GOOD: 1, WRONG: 2}, {"sgkit": {GOOD, WRONG}}).series()
    if listed.get(NAME) == documents()["benchmarks.json"][NAME]:
        assert any(series.benchmark == NAME and 1 in series.revisions for series in drawn)
    Show.run(conf)
    Show.run(conf, commit=GOOD, details=True)
    Show.run(conf, commit=WRONG, details=True)
    Show.run(conf, commit=WRONG, durations=True)
    with suppress(util.UserError):  # there are no results of the other commit
        Compare.run(conf, GOOD, WRONG, factor=1.1, machine="box")
    of_study = measurements.read(folder).points
    if listed.get(STUDY) == documents()["benchmarks.json"][STUDY]:
        assert of_study.filter(commit=GOOD)["value"].to_list()
    for found in iter_results(str(folder)):  # what was read can be written and read again
        found.save(str(folder))
        assert Results.load(str(folder / found._filename)).commit_hash == found.commit_hash
