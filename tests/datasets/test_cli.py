"""`python -m tools datasets`: what it prints, and its exit codes."""

import json

from benchmarks._harness import registry
from datasets import catalogue, cli, formats
from tools.__main__ import main


def test_verify_of_nothing_is_no_success(cache, capsys):
    assert main(["datasets", "verify"]) == 2
    assert "nothing is prepared" in capsys.readouterr().err


def test_list_cuts_no_name_and_no_size(smoke_copy, cache, monkeypatch, capsys):
    written = smoke_copy / "dataset.json"
    described = json.loads(written.read_text())
    for shape in ("zarr:1000x2504", "zarr:400x2504", "zarr:1000x100", "zarr:100x100"):
        described["formats"][shape] = described["formats"]["zarr"]
        (smoke_copy / formats.parts(shape)[0]).mkdir()
    written.write_text(json.dumps(described))
    monkeypatch.setenv("COLUMNS", "70")
    assert main(["datasets", "list"]) == 0
    listed = capsys.readouterr().out
    assert {line.split()[0] for line in listed.splitlines() if line[0] != " "} == {
        "NAME", *catalogue.load(), "edge-cases",
    }  # fmt: skip
    size = sum(path.stat().st_size for path in smoke_copy.rglob("*") if path.is_file())
    (row,) = [line.split() for line in listed.splitlines() if line.startswith("smoke ")]
    assert row[1:3] == [f"{size / 1e6:.1f}", described["sha256"][:12]]


def test_a_data_set_of_only_one_list_is_named(smoke_copy, monkeypatch, capsys):
    assert [*cli.unmeasured(catalogue.load()), *cli.unknown()] == []  # as the lists are
    smoke_copy.rename(smoke_copy.with_name("smoke-missing"))
    smoke_copy.with_name("smoke-missing").joinpath("dataset.json").write_text(
        json.dumps({"name": "smoke-missing", "sha256": "0" * 64, "formats": {}})
    )
    monkeypatch.setitem(registry.DATA, "scaling", ["smoke", "sim-7"])
    assert main(["datasets", "list"]) == 0
    listed = " ".join(capsys.readouterr().out.split())
    assert "smoke-missing: no benchmark measures it" in listed
    assert "sim-1k: no benchmark measures it" in listed
    assert "sim-7: DATA in benchmarks/_harness/registry.py lists it, but" in listed
    assert "edge-cases:" not in listed


def test_a_prepared_set_that_left_the_catalogue_is_listed(smoke_copy, capsys):
    smoke_copy.rename(smoke_copy.with_name("gone"))
    assert main(["datasets", "list"]) == 0
    listed = capsys.readouterr().out
    assert "not in the catalogue any more" in listed
    assert "gone: no benchmark measures it" in listed


def test_command_line(smoke_copy, capsys):
    assert main(["datasets", "list"]) == 0
    assert "bed, zarr" in capsys.readouterr().out
    assert main(["datasets", "path", "smoke"]) == 0
    assert capsys.readouterr().out.strip() == str(smoke_copy)
    assert main(["datasets", "path", "sim-1k"]) == 2
    assert "datasets prepare sim-1k" in capsys.readouterr().err
    assert main(["datasets", "prepare", "nope"]) == 2
    assert main(["datasets", "prepare", "smoke", "--formats", "vcf"]) == 2
    (smoke_copy / "dataset.json").write_text("{")
    assert main(["datasets", "verify", "smoke"]) == 9
    assert cli.__doc__
