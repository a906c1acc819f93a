"""Each benchmark's result is in asv's own file as soon as it was measured."""

import json
import math
from pathlib import Path

import pytest
from asv import util
from asv.results import Results

from tools.execution.result_writer import ResultWriter
from tools.results.series_key import SeriesKey

COMMIT = "c" * 40
BENCHMARK = {
    "name": "pca.Sgkit.time_compute",
    "params": [["'smoke'", "'big'"], ["1", "2"]],
    "param_names": ["data", "cores"],
    "version": "1",
    "type": "time",
    "unit": "seconds",
}
PLINK = {**BENCHMARK, "name": "pca.Plink.time_end_to_end"}
KEYS = {
    f"{made['name']}-{at}": SeriesKey.at(made, at)
    for made in (BENCHMARK, PLINK)
    for at in range(4)
}


@pytest.fixture
def writer(tmp_path: Path) -> ResultWriter:
    util.write_json(str(tmp_path / "box" / "machine.json"), {"machine": "box", "ram": "1"}, 1)
    listed = {made["name"]: made for made in (BENCHMARK, PLINK)}
    return ResultWriter(str(tmp_path), "auto", "env", {"stack": "frozen"}, listed)


def add(writer: ResultWriter, tmp_path: Path, target: str, value: object) -> None:
    (tmp_path / "out.json").write_text(json.dumps(value))
    writer.add(COMMIT, 1, KEYS[target], str(tmp_path / "out.json"), "")


def load(tmp_path: Path) -> Results:
    return Results.load(str(tmp_path / "box" / "cccccccc-env.json"), machine_name="box")


def test_values_are_kept_one_by_one_with_samples(writer: ResultWriter, tmp_path: Path) -> None:
    add(writer, tmp_path, f"{BENCHMARK['name']}-1", {"samples": [1.0, 2.0, 3.0], "number": 1})
    add(writer, tmp_path, f"{BENCHMARK['name']}-2", {"samples": [7.0, 8.0, 9.0], "number": 1})
    results = load(tmp_path)
    values = results.get_result_value(BENCHMARK["name"], BENCHMARK["params"])
    assert values[1:3] == [2.0, 8.0]
    assert math.isnan(values[0])
    assert math.isnan(values[3])
    samples = results.get_result_samples(BENCHMARK["name"], BENCHMARK["params"])
    assert samples[1] == [1.0, 2.0, 3.0]
    assert results.params["stack"] == "frozen"


def test_a_failed_benchmark_overwrites_nothing(writer: ResultWriter, tmp_path: Path) -> None:
    add(writer, tmp_path, f"{BENCHMARK['name']}-1", {"samples": [1.0], "number": 1})
    (tmp_path / "out.json").write_text("")
    writer.add(COMMIT, 1, KEYS[f"{BENCHMARK['name']}-1"], str(tmp_path / "out.json"), "")
    assert load(tmp_path).get_result_value(BENCHMARK["name"], BENCHMARK["params"])[1] == 1.0


def test_a_damaged_file_is_set_aside_and_not_deleted(writer: ResultWriter, tmp_path: Path) -> None:
    path = tmp_path / "box" / "cccccccc-env.json"
    assert writer.set_aside_damaged(COMMIT) is None
    path.write_text("{broken")
    aside = writer.set_aside_damaged(COMMIT)
    assert aside is not None
    assert aside.read_text() == "{broken"
    assert not path.exists()
    add(writer, tmp_path, f"{BENCHMARK['name']}-0", 5.0)
    assert load(tmp_path).get_result_value(BENCHMARK["name"], BENCHMARK["params"])[0] == 5.0


def test_what_a_missing_program_left_is_measured_once_it_is_there(
    writer: ResultWriter, tmp_path: Path
) -> None:
    add(writer, tmp_path, f"{BENCHMARK['name']}-1", {"samples": [1.0], "number": 1})
    add(writer, tmp_path, f"{PLINK['name']}-1", math.nan)
    writer.forget_missing("plink")  # nothing was missing: nothing is forgotten
    assert load(tmp_path).get_all_result_keys() == {BENCHMARK["name"], PLINK["name"]}
    writer.note_missing("plink", COMMIT)
    writer.note_missing("plink", "d" * 40)  # a run that was ended before it saved anything
    writer.forget_missing("plink")
    assert load(tmp_path).get_all_result_keys() == {BENCHMARK["name"]}
    add(writer, tmp_path, f"{PLINK['name']}-1", {"samples": [2.0], "number": 1})
    writer.forget_missing("plink")
    assert load(tmp_path).get_all_result_keys() == {BENCHMARK["name"], PLINK["name"]}


def test_what_was_measured_outlives_a_failure_to_set_up(
    writer: ResultWriter, tmp_path: Path
) -> None:
    add(writer, tmp_path, f"{BENCHMARK['name']}-1", {"samples": [1.0], "number": 1})
    path = tmp_path / "box" / "cccccccc-env.json"
    before = path.read_text()
    for may_fail in (True, False):
        writer.protect(COMMIT, may_fail)
        path.write_text("all failed")  # what asv does
        writer.restore()
        assert path.read_text() == before


@pytest.mark.parametrize("may_fail", [True, False])
def test_only_what_does_not_build_is_marked_as_failed(
    writer: ResultWriter, tmp_path: Path, may_fail: bool
) -> None:
    path = tmp_path / "box" / "cccccccc-env.json"
    writer.protect(COMMIT, may_fail)
    path.write_text("all failed")
    writer.restore()
    assert path.exists() == may_fail


def test_a_damaged_result_does_not_stop_what_is_forgotten(
    writer: ResultWriter, tmp_path: Path
) -> None:
    writer.note_missing("plink", COMMIT)
    path = tmp_path / "box" / "cccccccc-env.json"
    path.write_text("{broken")
    writer.forget_missing("plink")
    assert path.with_suffix(".damaged").read_text() == "{broken"
