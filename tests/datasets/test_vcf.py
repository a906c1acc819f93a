import gzip
import hashlib
import struct
import zlib

import numpy as np
import pytest

from datasets import catalogue, formats, prepare, vcf_source
from datasets.bed import BedReader
from datasets.vcf import VcfReader
from datasets.zarr_store import ZarrReader
from tests.datasets.made import Silent, random_dosage
from tests.datasets.server import serving
from tools.common.errors import DamagedError, UnreachableError

HEADER = "##fileformat=VCFv4.1\n##contig=<ID=21>\n"
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"


def bgzip(text):
    """Text as a bgzipped file: gzip members of at most 64 kB with their size, and an empty end."""
    out = b""
    data = text.encode()
    for start in [*range(0, len(data), 5000), len(data)]:
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        piece = data[start : start + 5000] if start < len(data) else b""
        body = deflate.compress(piece) + deflate.flush()
        head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", len(body) + 25)
        out += head + body + struct.pack("<II", zlib.crc32(piece), len(piece))
    return out


def row(position, ref, alt, calls, contig="21", format="GT"):
    fixed = [contig, str(position), ".", ref, alt, "100", "PASS", "AC=1", format]
    return "\t".join([*fixed, *calls])


def text(n_samples, rows):
    names = "\t".join(f"HG{i:05d}" for i in range(n_samples))
    return f"{HEADER}{COLUMNS}\t{names}\n" + "".join(line + "\n" for line in rows)


def phased(dosages):
    return [{0: "0|0", 1: "0|1", 2: "1|1", -1: ".|."}[int(d)] for d in dosages]


def read(path):
    reader = VcfReader(path)
    return reader, list(reader.blocks())


def test_what_is_kept_and_what_is_left_out(tmp_path):
    rows = [
        row(100, "A", "G", ["0|0", "0|1", "1|0"]),
        row(100, "A", "G", ["1|1", "0|1", "1|0"]),  # repeated
        row(100, "A", "T", ["1|1", "0|1", "1|0"]),  # same place, another allele: kept
        row(110, "C", "G,T", ["0|1", "0|2", "0|0"]),
        row(120, "CT", "C", ["0|1", "0|0", "0|0"]),
        row(120, "C", "CA", ["0|1", "0|0", "0|0"]),
        row(130, "C", "<CN0>", ["0|1", "0|0", "0|0"]),
        row(140, "C", "T", ["0|0", "0|0", "0|0"]),
        row(150, "C", "T", ["1|1", "1|1", "1|1"]),
        row(160, "c", "t", ["0/1", "./.", "1|."]),  # missing, and half missing
        row(170, "G", "A", ["0|1:9", "1|1:8", "0|0:7"], format="GT:DP"),
        row(180, "G", "A", ["0|1", "1", "0|0"]),  # one call is haploid
    ]
    path = tmp_path / "a.vcf.gz"
    path.write_bytes(bgzip(text(3, rows)))
    reader, blocks = read(path)
    assert reader.samples == ["HG00000", "HG00001", "HG00002"]
    (block,) = blocks
    assert block.position.tolist() == [100, 100, 160, 170, 180]
    assert block.alt.tolist() == [b"G", b"T", b"T", b"A", b"A"]
    assert block.dosage.tolist() == [[0, 1, 1], [2, 1, 1], [1, -1, -1], [1, 2, 0], [1, -1, 0]]
    assert reader.left_out == {
        "repeated": 1,
        "more than one ALT": 1,
        "no single-nucleotide variant": 3,
        "one allele only": 2,
    }


def test_plain_text_with_windows_line_ends(tmp_path):
    path = tmp_path / "a.vcf"
    path.write_bytes(text(2, [row(5, "A", "G", ["0|1", "0|0"])]).replace("\n", "\r\n").encode())
    assert read(path)[1][0].dosage.tolist() == [[1, 0]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["21\t5\t."], "line 4 is not a variant"),
        ([row(9, "A", "G", ["0|1", "0|0"]), row(5, "A", "G", ["0|1", "0|0"])], "line 5 is not s"),
        ([row(9, "A", "G", ["0|1"])], "line 4 has 1 genotypes for 2 samples"),
        ([row(9, "A", "G", ["7", "8"], format="DP")], "line 4 has no GT"),
        ([row(9, "A", "G", ["0+1", "0|0"])], "line 4 has genotypes that cannot be read"),
        (
            [row(9, "A", "G", ["0|1", "0|0"], contig=name) for name in ("1", "2", "1")],
            "line 6 goes back to contig 1",
        ),
    ],
)
def test_damage_is_named_with_its_line(tmp_path, rows, message):
    path = tmp_path / "a.vcf"
    path.write_text(text(2, rows))
    with pytest.raises(DamagedError, match=message):
        read(path)


def test_cut_file(tmp_path):
    rows = [row(i, "A", "G", ["0|1", "0|0"]) for i in range(1, 2000)]
    path = tmp_path / "a.vcf.gz"
    path.write_bytes(gzip.compress(text(2, rows).encode())[:-500])
    with pytest.raises(DamagedError, match="cut short"):
        read(path)
    path.write_bytes(b"##fileformat=VCFv4.1\n")
    with pytest.raises(DamagedError, match="no #CHROM"):
        read(path)


@pytest.fixture
def chromosome(monkeypatch):
    """1kg-chr21 with a small file in the place of the official one: (spec, files, dosages)."""
    n = 40
    dosage = random_dosage(300, n, seed=9)
    rows = [row(1000 + 7 * i, "A", "G", phased(d)) for i, d in enumerate(dosage)]
    rows.insert(50, row(1000 + 7 * 50, "AT", "A", phased(dosage[0])))
    rows.insert(90, row(1000 + 7 * 89, "A", "C,G", ["0|2", *["0|0"] * (n - 1)]))
    content = bgzip(text(n, rows))
    spec = catalogue.find("1kg-chr21")
    file = {"size": len(content), "md5": hashlib.md5(content).hexdigest()}
    spec = spec.model_copy(update={"file": spec.file.model_copy(update=file)})
    panel = "sample\tpop\tsuper_pop\tgender\t\t\n" + "".join(
        f"HG{i:05d}\tP\t{'EUR' if i % 2 else 'AFR'}\tmale\n" for i in range(n)
    )
    files = {spec.file.name: content, vcf_source.PANEL: panel.encode()}
    return spec, files, dosage


def test_official_file_from_a_server(chromosome, cache, monkeypatch):
    spec, files, dosage = chromosome
    with serving(files) as (url, served):
        monkeypatch.setenv("GWAS_1KG_URL", url)
        served[spec.file.name].break_after = 700
        folder = prepare.prepare(spec, ["bed", "zarr"], ["bed", "zarr"], Silent())
    bed = BedReader(folder / "calls")
    assert np.array_equal(bed.dosages(0, 300), dosage)
    assert np.array_equal(ZarrReader(folder / "calls.zarr").dosages(0, 300), dosage)
    description = prepare.read(folder)
    assert description["contigs"] == [{"name": "21", "n_variants": 300}]
    assert description["made"]["left_out"] == {
        "more than one ALT": 1,
        "no single-nucleotide variant": 1,
    }
    assert "HG00001\tEUR" in (folder / "samples.tsv").read_text()
    assert formats.is_there(folder, "zarr")


def test_official_file_in_a_folder(chromosome, cache, tmp_path, monkeypatch):
    spec, files, _ = chromosome
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("GWAS_1KG_URL", str(tmp_path))
    folder = prepare.prepare(spec, ["bed"], ["bed"], Silent())
    assert prepare.read(folder)["n_variants"] == 300
    (tmp_path / spec.file.name).write_bytes(b"x")
    with pytest.raises(DamagedError, match="1 bytes, not"):
        vcf_source.Chromosome(spec, Silent())


def test_without_the_file_it_is_said_how_to_have_it_from_elsewhere(chromosome, cache, monkeypatch):
    spec, _, _ = chromosome
    with serving({}) as (url, _):
        monkeypatch.setenv("GWAS_1KG_URL", url)
        with pytest.raises(UnreachableError, match="may have moved: set GWAS_1KG_URL to"):
            vcf_source.Chromosome(spec, Silent())


def test_failed_fetch_leaves_no_data_set(chromosome, cache, monkeypatch):
    spec, files, _ = chromosome
    files.pop(vcf_source.PANEL)
    with serving(files) as (url, _):
        monkeypatch.setenv("GWAS_1KG_URL", url)
        with pytest.raises(UnreachableError, match=r"(?s)panel.*GWAS_1KG_URL"):
            prepare.prepare(spec, ["bed"], ["bed"], Silent())
    left = [path.name for path in (cache / "datasets").iterdir()]
    assert left == [".1kg-chr21.lock"]
