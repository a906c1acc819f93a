"""asv writes whole files, names them after whole commits, and has one writer for each machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asv.commands.compare
import asv.commands.run
import asv.commands.show
import asv.results
import pytest
from asv import util
from asv.benchmarks import Benchmarks
from asv.commands.rm import Rm
from asv.machine import Machine
from asv.results import Results
from asv.runner import BenchmarkResult

from tools.common import files, paths
from tools.common.errors import ConfigError, DiskFullError, explanation
from tools.results import asv_storage, stored, table

COMMIT, TWIN = "c" * 40, "c" * 8 + "d" * 32
BENCHMARK = {"name": "pca.Sgkit.time_compute", "params": [], "param_names": [], "version": "1"}
FACTS = {"machine": "box", "cpu": "fast", "num_cpu": "2", "ram": "1"}


@pytest.fixture(autouse=True)
def no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asv_storage, "_run", None)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def machine(**facts: str) -> Machine:
    made = Machine()
    made.__dict__.update(FACTS | facts)
    return made


def save(results_dir: Path, commit: str, value: float, samples: int = 1) -> None:
    """Add a value to a commit's file, as `asv run` does at the end of a commit."""
    results = Results(FACTS, {}, commit, 1, "auto", "env", {})
    results.load_data(str(results_dir))
    drawn = [value] * samples
    answer = BenchmarkResult([True], [drawn], [1], 0, "", None)
    results.add_result(BENCHMARK, answer, record_samples=True)
    results.save(str(results_dir))


def value(path: Path) -> float:
    results = Results.load(str(path), machine_name="box")
    return float(results.get_result_value(BENCHMARK["name"], [])[0])


def benchmarks(results_dir: Path, count: int) -> Benchmarks:
    listed = [{**BENCHMARK, "name": f"{BENCHMARK['name']}_{at}"} for at in range(count)]
    conf = SimpleNamespace(results_dir=str(results_dir), benchmark_dir="benchmarks")
    return Benchmarks(conf, listed)


Write = Callable[[Path, int], None]  # writes a file of about so many bytes
WRITERS: dict[str, tuple[str, Write]] = {
    "results": ("box/cccccccc-env.json", lambda at, size: save(at, COMMIT, 2.0, size // 4)),
    "benchmarks": ("benchmarks.json", lambda at, size: benchmarks(at, size // 200).save()),
    "machine": ("box/machine.json", lambda at, size: machine(os="x" * size).save(str(at))),
    "provenance": (
        "box/provenance/x.jsonl",
        lambda at, size: files.append_line(
            at / "box" / "provenance" / "x.jsonl", json.dumps({"text": "x" * size})
        ),
    ),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_costs_nothing_that_was_measured(small_disk: Path, name: str) -> None:
    file, write = WRITERS[name]
    write(small_disk, 500)
    before = (small_disk / file).read_bytes()
    (small_disk / "other").write_bytes(b"x" * 140_000)
    with pytest.raises(OSError, match="No space left") as full:
        write(small_disk, 150_000)
    assert (small_disk / file).read_bytes() == before
    assert not list((small_disk / file).parent.glob(".*.????????"))
    told = explanation(full.value)
    assert isinstance(told, DiskFullError)
    assert file in str(told)
    (small_disk / "other").unlink()
    write(small_disk, 150_000)
    assert len((small_disk / file).read_bytes()) > 100_000


def test_a_line_that_a_kill_cut_short_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    files.append_line(path, '{"at": 1}')
    with path.open("a") as stream:
        stream.write('{"at": 2, "cut')
    files.append_line(path, '{"at": 3}')
    assert [line["at"] for line in files.json_lines(path.read_text())] == [1, 3]


def test_each_of_two_commits_with_the_same_first_digits_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    machine().save(str(tmp_path))
    save(tmp_path, COMMIT, 5.0)
    save(tmp_path, TWIN, 7.0)
    conf: Any = SimpleNamespace(results_dir=str(tmp_path))
    for commit, expected in ((COMMIT, 5.0), (TWIN, 7.0)):
        result = stored.results(conf, "box", commit, "env")
        assert result is not None
        assert stored.values(result, BENCHMARK) == [expected]
        name = asv.results.get_filename("box", commit, "env")  # `asv continuous`
        assert value(tmp_path / name) == expected
        for module in (asv.commands.run, asv.commands.show, asv.commands.compare):
            listed = module.iter_results_for_machine_and_hash(str(tmp_path), "box", commit)
            assert [result.commit_hash for result in listed] == [commit]
    with pytest.raises(util.UserError, match="start of several commits"):
        list(asv.results.iter_results_for_machine_and_hash(str(tmp_path), "box", "cccc"))
    measured = table.read(tmp_path)
    rows = measured.values.collect().join(measured.files, on="number")
    assert dict(rows["commit", "value"].iter_rows()) == {COMMIT: 5.0, TWIN: 7.0}


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    machine().save(str(tmp_path))
    assert in_another_process(tmp_path, "machine(ram='2').save(str(tmp_path))") == 7
    conf = "SimpleNamespace(results_dir=str(tmp_path))"
    assert in_another_process(tmp_path, f"Rm.run({conf}, ['commit_hash=*'])") == 7
    assert in_another_process(tmp_path, "machine(machine='other').save(str(tmp_path))") == 0


def in_another_process(tmp_path: Path, action: str) -> int:
    code = f"""
import sys
from pathlib import Path
from tests.results.test_asv_storage import *
sys.excepthook = __import__("tools.common.errors", fromlist=["x"]).explain_uncaught
tmp_path = Path({str(tmp_path)!r})
{action}
"""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=paths.ROOT, capture_output=True).returncode


def test_a_run_removes_what_killed_runs_left(tmp_path: Path) -> None:
    left = tmp_path / "box" / ".cccccccc-env.json.a1b2c3d4"
    left.parent.mkdir()
    left.write_text("half")
    machine().save(str(tmp_path))
    assert not left.exists()


def test_the_results_of_another_machine_with_this_name_are_not_mixed_in(tmp_path: Path) -> None:
    path = tmp_path / "box" / "machine.json"
    path.parent.mkdir()
    path.write_text(json.dumps({**FACTS, "cpu": "slow", "version": 1}))
    with pytest.raises(ConfigError, match="results of another machine \\(slow; this one: fast\\)"):
        machine().save(str(tmp_path))
    assert json.loads(path.read_text())["cpu"] == "slow"
    path.write_text("damaged")
    machine(ram="2").save(str(tmp_path))
    assert json.loads(path.read_text())["ram"] == "2"


def test_asv_rm_removes_values(tmp_path: Path) -> None:
    machine().save(str(tmp_path))
    save(tmp_path, COMMIT, 5.0)
    Rm.run(SimpleNamespace(results_dir=str(tmp_path)), ["commit_hash=cccc"])
    assert set(os.listdir(tmp_path / "box")) == {".lock", "machine.json"}
