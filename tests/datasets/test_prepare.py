import errno
import shutil
import tracemalloc

import numpy as np
import pytest

from benchmarks._harness import data
from benchmarks._harness.data import NotPrepared
from datasets import catalogue, content, formats, hail_writer, prepare, verify
from datasets.bed import BedReader
from datasets.content import Block
from datasets.identity import identity
from tests.datasets.made import Silent, block
from tools.__main__ import main
from tools.common import files, paths
from tools.common.errors import BuildError, BusyError, DiskFullError, MissingError

SMOKE = catalogue.find("smoke")


@pytest.fixture
def no_hail(monkeypatch):
    def refuse():
        raise MissingError("no Python 3.8 here")

    monkeypatch.setattr(hail_writer, "environment", refuse)


def visible(cache):
    return sorted(p.name for p in (cache / "datasets").iterdir() if not p.name.endswith(".lock"))


def test_what_a_folder_holds(smoke):
    names = {path.name for path in smoke.iterdir()}
    assert names == {
        "dataset.json", "calls.zarr", "calls.bed", "calls.bim", "calls.fam", "samples.tsv",
        "phenotypes.tsv", "covariates.tsv", "reference.npz",
    }  # fmt: skip
    description = prepare.read(smoke)
    assert description["n_variants"] == 2000
    assert description["n_samples"] == 200
    assert description["formats"]["zarr"]["chunks"] == [500, 100]
    for entry in description["formats"].values():
        assert entry["read_back"] == description["sha256"]


def test_second_call_does_nothing(smoke_copy, monkeypatch):
    monkeypatch.setattr(prepare, "_make", None)
    monkeypatch.setattr(prepare, "_add", None)
    prepare.prepare(SMOKE, ["bed", "zarr"], [], Silent())


def test_only_the_missing_format_is_made(smoke_copy):
    before = (smoke_copy / "calls.bed").stat().st_mtime_ns
    shutil.rmtree(smoke_copy / "calls.zarr")
    prepare.prepare(SMOKE, ["zarr"], ["zarr"], Silent())
    assert (smoke_copy / "calls.bed").stat().st_mtime_ns == before
    assert formats.is_there(smoke_copy, "zarr")


def test_without_hail_the_rest_is_made(smoke_copy, no_hail):
    reporter = Silent()
    prepare.prepare(SMOKE, formats.FORMATS, [], reporter)
    assert "prepared without mt: no Python 3.8 here" in reporter.notes[-1]
    with pytest.raises(MissingError):
        prepare.prepare(SMOKE, ["mt"], ["mt"], reporter)
    assert not list(smoke_copy.glob(".partial*"))


def test_without_hail_on_the_command_line(smoke_copy, no_hail, capsys):
    assert main(["datasets", "prepare", "smoke"]) == 0
    assert "prepared without mt" in capsys.readouterr().err
    assert main(["datasets", "prepare", "smoke", "--formats", "zarr,mt"]) == 4


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left")])
def test_interrupted_or_full_disk_leaves_nothing(cache, monkeypatch, error):
    def fail(*args):
        raise error

    monkeypatch.setattr(prepare.reference, "write", fail)
    with pytest.raises(type(error)):
        prepare.prepare(SMOKE, ["bed"], [], Silent())
    assert visible(cache) == []
    expected = 130 if isinstance(error, KeyboardInterrupt) else 8
    assert main(["datasets", "prepare", "smoke", "--formats", "bed"]) == expected
    assert visible(cache) == []


def test_what_a_killed_process_left_is_replaced(cache):
    partial = cache / "datasets" / ".smoke.partial"
    partial.mkdir(parents=True)
    (partial / "calls.bed").write_bytes(b"half")
    prepare.prepare(SMOKE, ["bed"], [], Silent())
    assert visible(cache) == ["smoke"]


def test_interrupted_conversion_leaves_the_rest(smoke_copy, monkeypatch):
    shutil.rmtree(smoke_copy / "calls.zarr")

    def fail(spec, folder, format, target, advance):
        target.mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(formats, "converted", fail)
    with pytest.raises(KeyboardInterrupt):
        prepare.prepare(SMOKE, ["zarr"], [], Silent())
    assert not list(smoke_copy.glob("*zarr*"))
    assert not list(smoke_copy.glob(".partial*"))
    assert prepare.is_whole(smoke_copy)


def test_conversion_that_changes_a_call_is_refused(smoke_copy, monkeypatch):
    shutil.rmtree(smoke_copy / "calls.zarr")
    monkeypatch.setattr(
        formats.zarr_store,
        "_CALL",
        np.array([[0, 0], [0, 1], [0, 1], [-1, -1]], dtype=np.int8),
    )
    with pytest.raises(BuildError, match="reads back differently"):
        prepare.prepare(SMOKE, ["zarr"], ["zarr"], Silent())
    assert not formats.is_there(smoke_copy, "zarr")


def test_source_that_is_not_canonical_is_refused(cache, monkeypatch):
    def unsorted(self):
        for first in (500, 100):
            dosage = np.ones((1, SMOKE.n_samples), dtype=np.int8)
            yield Block("1", np.array([first]), np.array([b"A"]), np.array([b"C"]), dosage)

    monkeypatch.setattr("datasets.simulate.Simulation.blocks", unsorted)
    with pytest.raises(BuildError, match="not canonical: contig 1: variants are not sorted"):
        prepare.prepare(SMOKE, ["bed"], [], Silent())
    assert visible(cache) == []


def test_two_at_once(cache):
    held = files.lock(paths.datasets_dir() / ".smoke.lock", "x")
    with held, pytest.raises(BusyError, match="data set smoke is in use"):
        prepare.prepare(SMOKE, ["bed"], [], Silent())


def test_no_room(cache, monkeypatch):
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 10**6)
    )
    with pytest.raises(DiskFullError, match=r"(?s)0\.1 GB.*GWAS_CACHE"):
        prepare.prepare(SMOKE, ["bed"], [], Silent())


def test_older_recipe_is_made_anew(smoke_copy, monkeypatch):
    monkeypatch.setattr(prepare, "RECIPE", prepare.RECIPE + 1)
    assert not prepare.is_whole(smoke_copy)
    prepare.prepare(SMOKE, ["bed"], [], Silent())
    assert prepare.is_whole(smoke_copy)


CHANGED = [
    {"seed": 7}, {"variants": 2_100}, {"chunks": (400, 100)}, {"samples": (50, 50, 50)},
    {"segment_length": 6_000},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGED, ids=str)
@pytest.mark.parametrize("with_fingerprint", [True, False])
def test_another_spec_is_made_anew(smoke_copy, change, with_fingerprint):
    if not with_fingerprint:  # as earlier versions have left it
        description = prepare.read(smoke_copy)
        del description["spec"]
        files.write_json(smoke_copy / "dataset.json", description)
    assert prepare.is_whole(smoke_copy, SMOKE)
    changed = SMOKE.model_copy(update=change)
    assert not prepare.is_whole(smoke_copy, changed)
    assert prepare.is_whole(smoke_copy, SMOKE.model_copy(update={"summary": "in other words"}))


def test_changed_chunks_reach_the_store(smoke_copy):
    changed = SMOKE.model_copy(update={"chunks": (400, 100)})
    prepare.prepare(changed, ["zarr"], ["zarr"], Silent())
    assert prepare.read(smoke_copy)["formats"]["zarr"]["chunks"] == [400, 100]


def test_a_format_that_nothing_is_told_of_is_made_again(smoke_copy, monkeypatch):
    """As a process leaves it that is killed between the rename and the description."""
    description = prepare.read(smoke_copy)
    del description["formats"]["zarr"]
    files.write_json(smoke_copy / "dataset.json", description)
    (smoke_copy / "calls.zarr" / "half").write_text("")
    monkeypatch.setenv("GWAS_DATASETS", str(smoke_copy.parent))
    with pytest.raises(NotPrepared):
        data.shaped_paths("smoke", "zarr", "500x100")
    prepare.prepare(SMOKE, ["zarr"], ["zarr"], Silent())
    assert not (smoke_copy / "calls.zarr" / "half").exists()
    assert data.shaped_paths("smoke", "zarr", "500x100").zarr == str(smoke_copy / "calls.zarr")


def states(folder):
    return {finding.part: finding.state for finding in verify.verify(folder, Silent())}


def test_verify_finds_damage(smoke_copy, capsys):
    assert set(states(smoke_copy).values()) == {"good"}
    bed = bytearray((smoke_copy / "calls.bed").read_bytes())
    bed[100] ^= 0b11
    (smoke_copy / "calls.bed").write_bytes(bed)
    chunk = smoke_copy / "calls.zarr" / "call_genotype" / "0.0.0"
    chunk.write_bytes(chunk.read_bytes()[:-3])
    (smoke_copy / "covariates.tsv").write_text("changed")
    found = states(smoke_copy)
    assert found.pop("phenotypes.tsv") == "good"
    assert {part for part, state in found.items() if state == "damaged"} == {
        "bed",
        "zarr",
        "covariates.tsv",
    }
    assert main(["datasets", "verify"]) == 9
    assert "smoke: bed" in capsys.readouterr().err


def test_verify_says_what_it_could_not_check(smoke_copy, no_hail):
    (smoke_copy / "calls.mt").mkdir()
    description = prepare.read(smoke_copy)
    description["formats"]["mt"] = {}
    files.write_json(smoke_copy / "dataset.json", description)
    assert states(smoke_copy)["mt"] == "unchecked"


@pytest.mark.integration
def test_matrix_table_of_smoke(smoke_copy):
    """By the oldest Hail tracked: alleles are [REF, ALT], GT counts ALT, partitions as asked."""
    prepare.prepare(SMOKE, ["mt"], ["mt"], Silent())
    entry = prepare.read(smoke_copy)["formats"]["mt"]
    assert entry["writer"] == f"hail {hail_writer.HAIL}"
    assert entry["partitions"] == SMOKE.partitions
    with formats.opened(smoke_copy, "mt") as store:
        bed = BedReader(smoke_copy / "calls")
        assert store.sites.same(bed.sites)
        assert identity(store).sha256 == prepare.read(smoke_copy)["sha256"]


def test_memory_does_not_grow_with_the_variants(cache, monkeypatch):
    """Less than half a byte for each call that is added: what grows is the answers only."""
    peaks = []
    for variants in (1_200, 5_200):
        spec = SMOKE.model_copy(
            update={"name": f"made-{variants}", "samples": (1000, 1, 1), "variants": variants}
        )
        monkeypatch.setattr(content, "_CELLS", 200_000)
        monkeypatch.setattr("datasets.simulate.Simulation.blocks", _random_blocks)
        tracemalloc.start()
        prepare.prepare(spec, ["bed", "zarr"], ["zarr"], Silent())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 4_000 * 1000 / 2


def _random_blocks(simulation):
    random = np.random.default_rng(1)
    for start in range(0, simulation._spec.variants, 100):
        dosage = random.binomial(2, 0.3, (100, simulation._spec.n_samples)).astype(np.int8)
        yield block(dosage, first=1 + 10 * start)
