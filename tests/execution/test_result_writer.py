"""Each benchmark's result is in asv's own file as soon as it was measured."""

import json
import math
import os
from pathlib import Path

import pytest
from asv.machine import Machine
from asv.results import Results
from asv.runner import BenchmarkResult

from tools.execution.result_writer import ResultWriter
from tools.results import asv_storage
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
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ResultWriter:
    monkeypatch.setattr(asv_storage, "_run", None)
    begin_run(tmp_path, "box")
    listed = {made["name"]: made for made in (BENCHMARK, PLINK)}
    return ResultWriter(str(tmp_path), "auto", "env", {"stack": "frozen"}, listed)


def begin_run(results_dir: Path, name: str) -> None:
    """What asv does first in a run."""
    box = Machine()
    box.__dict__.update(machine=name, ram="1", cpu="fast")
    box.save(str(results_dir))


def add(
    writer: ResultWriter, tmp_path: Path, target: str, value: object, commit: str = COMMIT
) -> None:
    (tmp_path / "out.json").write_text(json.dumps(value))
    writer.add(commit, 1, KEYS[target], str(tmp_path / "out.json"), "")


def load(tmp_path: Path, name: str = "cccccccc-env.json") -> Results:
    return Results.load(str(tmp_path / "box" / name), machine_name="box")


def save_as_failed(tmp_path: Path) -> None:
    """What asv does at the end of a commit that it could not set up."""
    params = {"machine": "box", "ram": "1", "cpu": "fast"}
    failed = Results(params, {}, COMMIT, 1, "auto", "env", {})
    failed.load_data(str(tmp_path))
    failed.add_result(BENCHMARK, BenchmarkResult([None] * 4, [None] * 4, [None] * 4, 1, "", None))
    failed.save(str(tmp_path))


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
    path.with_suffix(".damaged").write_text("of an earlier accident")
    path.write_text("{broken")
    aside = writer.set_aside_damaged(COMMIT)
    assert aside is not None
    assert aside.read_text() == "{broken"
    assert not path.exists()
    assert path.with_suffix(".damaged").read_text() == "of an earlier accident"
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


@pytest.mark.parametrize("may_fail", [True, False])
def test_what_was_measured_outlives_a_failure_to_set_up(
    writer: ResultWriter, tmp_path: Path, may_fail: bool
) -> None:
    add(writer, tmp_path, f"{BENCHMARK['name']}-1", {"samples": [1.0], "number": 1})
    before = (tmp_path / "box" / "cccccccc-env.json").read_text()
    writer.protect(COMMIT, may_fail)
    save_as_failed(tmp_path)
    assert (tmp_path / "box" / "cccccccc-env.json").read_text() == before
    asv_storage.release()  # a later commit is saved again
    save_as_failed(tmp_path)
    assert load(tmp_path).get_result_value(BENCHMARK["name"], BENCHMARK["params"]) == [None] * 4


@pytest.mark.parametrize("may_fail", [True, False])
def test_only_what_does_not_build_is_marked_as_failed(
    writer: ResultWriter, tmp_path: Path, may_fail: bool
) -> None:
    writer.protect(COMMIT, may_fail)
    save_as_failed(tmp_path)
    assert (tmp_path / "box" / "cccccccc-env.json").exists() == may_fail
    asv_storage.release()


def test_a_damaged_result_does_not_stop_what_is_forgotten(
    writer: ResultWriter, tmp_path: Path
) -> None:
    writer.note_missing("plink", COMMIT)
    path = tmp_path / "box" / "cccccccc-env.json"
    path.write_text("{broken")
    writer.forget_missing("plink")
    assert path.with_suffix(".damaged").read_text() == "{broken"


def test_another_machines_file_is_set_aside(writer: ResultWriter, tmp_path: Path) -> None:
    """A folder that was renamed or copied, say: its values are not of this machine."""
    add(writer, tmp_path, f"{BENCHMARK['name']}-1", 5.0)
    path = tmp_path / "box" / "cccccccc-env.json"
    path.write_text(path.read_text().replace('"machine": "box"', '"machine": "other"'))
    assert writer.set_aside_damaged(COMMIT) == path.with_suffix(".damaged")


def test_values_go_to_the_machine_of_the_run(writer: ResultWriter, tmp_path: Path) -> None:
    """Not to the machine whose folder was written last, as when one is copied in."""
    other = tmp_path / "other" / "machine.json"
    other.parent.mkdir()
    other.write_text(json.dumps({"machine": "other", "version": 1}))
    os.utime(tmp_path / "box" / "machine.json", (1, 1))
    add(writer, tmp_path, f"{BENCHMARK['name']}-0", 5.0)
    assert load(tmp_path).params["machine"] == "box"
    assert not list(other.parent.glob("*-env.json"))


def test_commits_with_the_same_first_digits_have_a_file_each(
    writer: ResultWriter, tmp_path: Path
) -> None:
    twin = COMMIT[:8] + "d" * 32
    target = f"{BENCHMARK['name']}-0"
    for value, commit in ((5.0, COMMIT), (7.0, twin), (6.0, COMMIT), (8.0, twin)):
        add(writer, tmp_path, target, value, commit)
    values = {}
    for name in ("cccccccc-env.json", f"{twin}-env.json"):
        results = load(tmp_path, name)
        values[results.commit_hash] = results.get_result_value(
            BENCHMARK["name"], BENCHMARK["params"]
        )[0]
    assert values == {COMMIT: 6.0, twin: 8.0}
    (tmp_path / "box" / "cccccccc-env.json").unlink()  # `asv rm`
    add(writer, tmp_path, f"{BENCHMARK['name']}-1", 9.0, twin)
    values = load(tmp_path, f"{twin}-env.json").get_result_value(
        BENCHMARK["name"], BENCHMARK["params"]
    )
    assert values[:2] == [8.0, 9.0]
