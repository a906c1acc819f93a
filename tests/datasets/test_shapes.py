"""Copies of a data set in other chunks or partitions, beside the one of the catalogue."""

import pytest

from benchmarks._harness import data
from datasets import catalogue, formats, hail_writer, prepare, verify
from datasets.bed import BedReader
from datasets.zarr_store import ZarrReader
from tests.datasets.made import Silent
from tools.__main__ import main
from tools.common.errors import BuildError, UsageError


def test_another_shape_has_the_same_content(smoke_copy, capsys):
    assert main(["datasets", "prepare", "smoke", "--chunks", "250x200"]) == 0
    assert "bed, zarr, zarr:250x200" in " ".join(capsys.readouterr().out.split())
    description = prepare.read(smoke_copy)
    entry = description["formats"]["zarr:250x200"]
    assert entry["chunks"] == [250, 200]
    assert entry["read_back"] == description["sha256"]
    assert description["formats"]["zarr"]["chunks"] == [500, 100]
    store, bed = ZarrReader(smoke_copy / "calls-250x200.zarr"), BedReader(smoke_copy / "calls")
    assert store.sites.same(bed.sites)
    chunks = {path.name for path in (smoke_copy / "calls-250x200.zarr/call_genotype").iterdir()}
    assert len({name for name in chunks if name[0].isdigit()}) == 8  # 2,000 / 250, all samples


def test_the_benchmarks_find_it_where_it_is(smoke_copy, monkeypatch):
    monkeypatch.setenv("GWAS_DATASETS", str(smoke_copy.parent))
    prepare.prepare(catalogue.find("smoke"), ["zarr:250x200"], ["zarr:250x200"], Silent())
    found = data.shaped_paths("smoke", "zarr", "250x200")
    assert found.zarr == str(smoke_copy / "calls-250x200.zarr")
    assert data.shaped_paths("smoke", "zarr", "500x100").zarr == str(smoke_copy / "calls.zarr")
    with pytest.raises(NotImplementedError, match="prepare smoke --chunks 500x200"):
        data.shaped_paths("smoke", "zarr", "500x200")


def test_a_shape_is_made_once_and_verified_like_the_rest(smoke_copy, monkeypatch):
    spec = catalogue.find("smoke")
    prepare.prepare(spec, ["zarr:250x200"], [], Silent())
    states = {finding.part: finding.state for finding in verify.verify(smoke_copy, Silent())}
    assert states["zarr:250x200"] == "good"
    monkeypatch.setattr(prepare, "_add", None)
    prepare.prepare(spec, ["zarr:250x200"], [], Silent())
    chunk = smoke_copy / "calls-250x200.zarr" / "call_genotype" / "0.0.0"
    chunk.write_bytes(chunk.read_bytes()[:-3])
    states = {finding.part: finding.state for finding in verify.verify(smoke_copy, Silent())}
    assert states["zarr:250x200"] == "damaged"
    assert states["zarr"] == "good"


def test_a_shape_that_reads_back_otherwise_is_not_kept(smoke_copy, monkeypatch):
    monkeypatch.setattr(
        prepare, "identity", lambda store, advance: type("Other", (), {"sha256": "other"})
    )
    with pytest.raises(BuildError, match="zarr:250x200 reads back differently"):
        prepare.prepare(catalogue.find("smoke"), ["zarr:250x200"], ["zarr:250x200"], Silent())
    assert not list(smoke_copy.glob("*250x200*"))
    assert "zarr:250x200" not in prepare.read(smoke_copy)["formats"]


def test_partitions_are_asked_of_hail(smoke_copy, monkeypatch):
    asked = []

    def refuse(bed, target, partitions, back):
        asked.append((target.name, partitions))
        raise BuildError("no Hail in this test")

    monkeypatch.setattr(hail_writer, "write", refuse)
    assert main(["datasets", "prepare", "smoke", "--partitions", "8"]) == 6
    assert asked == [(".partial-calls-8.mt", 8)]


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--chunks", "400", "variants x samples, such as 400x2504"),
        ("--chunks", "0x10", "variants x samples"),
        ("--chunks", "400x-1", "variants x samples"),
        ("--chunks", "", "variants x samples"),
        ("--partitions", "0", "above 0"),
        ("--partitions", "few", "above 0"),
    ],
)
def test_no_shape_is_wrong_usage_before_any_work(option, value, words, cache, capsys):
    assert main(["datasets", "prepare", "smoke", f"{option}={value}"]) == 2
    assert words in capsys.readouterr().err
    assert not (cache / "datasets").exists()


def test_the_edge_cases_have_one_shape(cache, capsys):
    assert main(["datasets", "prepare", "edge-cases", "--chunks", "4x4"]) == 2
    assert "one shape only" in capsys.readouterr().err


def test_names_of_shaped_formats():
    assert formats.parts("zarr:400x2504") == ("calls-400x2504.zarr",)
    assert formats.parts("mt:8") == ("calls-8.mt",)
    assert formats.parts("bed") == ("calls.bed", "calls.bim", "calls.fam")
    with pytest.raises(UsageError):
        formats.in_chunks("1x1x1")
