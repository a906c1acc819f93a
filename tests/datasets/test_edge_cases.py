import json
import shutil
import subprocess

import numpy as np
import pytest
import zarr

from datasets import catalogue, edge_cases, hail_writer, hardy_weinberg
from tests.datasets.made import Silent
from tools.__main__ import main
from tools.common.errors import UsageError


@pytest.fixture
def folder(cache):
    return edge_cases.prepare(("zarr",), (), Silent())


@pytest.fixture
def expected(folder):
    return json.loads((folder / "expected.json").read_text())["tools"]


def numbers(values):
    return np.array([np.nan if value is None else value for value in values])


def counts(genotype):
    """(variants, 3): homozygotes of REF, heterozygotes, homozygotes of the first ALT."""
    alt = (genotype == 1).sum(axis=2)
    whole = (genotype >= 0).all(axis=2) & (genotype <= 1).all(axis=2)
    return np.stack([((alt == copies) & whole).sum(axis=1) for copies in range(3)], axis=1)


def test_zarr_has_the_calls_of_the_vcf(folder):
    calls = edge_cases.read_vcf(folder / "calls.vcf")
    group = zarr.open_consolidated(str(folder / "calls.zarr"), mode="r")
    assert np.array_equal(group["call_genotype"][:], calls.genotype)
    assert group["call_genotype"][1, :2].tolist() == [[0, -1], [-1, 1]]
    assert group["variant_allele"][2].tolist() == [b"A", b"C", b"G"]
    assert group.attrs["contigs"] == ["1", "2"]


def test_expected_of_sgkit_and_hail_follow_from_their_rules(folder, expected):
    calls = edge_cases.read_vcf(folder / "calls.vcf").genotype
    with np.errstate(invalid="ignore"):
        every_allele = (calls == 1).sum(axis=(1, 2)) / (calls >= 0).sum(axis=(1, 2))
        whole = np.where((calls < 0).any(axis=2, keepdims=True), -1, calls)
        whole_calls = (whole == 1).sum(axis=(1, 2)) / (whole >= 0).sum(axis=(1, 2))
    np.testing.assert_allclose(numbers(expected["sgkit"]["allele_frequency"]), every_allele)
    np.testing.assert_allclose(numbers(expected["hail"]["allele_frequency"]), whole_calls)
    p, mid = hardy_weinberg.exact(counts(calls))
    for tool, answer in (("sgkit", p), ("hail", mid)):
        values = numbers(expected[tool]["hardy_weinberg_p"])
        known = ~np.isnan(values)
        np.testing.assert_allclose(values[known], answer[known], rtol=1e-12)


def test_plink_answers_as_expected(folder, expected, tmp_path):
    program = shutil.which("plink1.9")
    if program is None:
        pytest.skip("PLINK 1.9 is not installed")
    vcf = [program, "--vcf", folder / "calls.vcf", "--keep-allele-order", "--out", tmp_path / "a"]
    refused = subprocess.run([*vcf, "--freq"], capture_output=True, text=True)
    assert "half-call" in refused.stdout + refused.stderr
    command = [*vcf, "--vcf-half-call", "missing", "--make-bed"]
    subprocess.run(command, check=True, capture_output=True)
    bed = [program, "--bfile", tmp_path / "a", "--keep-allele-order", "--out", tmp_path / "b"]
    subprocess.run([*bed, "--freq", "--hardy"], check=True, capture_output=True)
    for file, column, key in (
        ("b.frq", 4, "allele_frequency"),
        ("b.hwe", 8, "hardy_weinberg_p"),
    ):
        lines = (tmp_path / file).read_text().splitlines()[1:]
        found = [float(line.split()[column].replace("NA", "nan")) for line in lines]
        np.testing.assert_allclose(found, numbers(expected["plink"][key]), atol=5e-5)


def test_command_line(cache, monkeypatch, capsys):
    assert main(["datasets", "prepare", "edge-cases", "--formats", "zarr"]) == 0
    assert main(["datasets", "verify", "edge-cases"]) == 0
    chunk = cache / "datasets" / "edge-cases" / "calls.zarr" / "call_genotype" / "0.0.0"
    chunk.write_bytes(b"")
    assert main(["datasets", "verify"]) == 9
    assert main(["datasets", "list"]) == 0
    assert "edge-cases" in capsys.readouterr().out
    with pytest.raises(UsageError):
        catalogue.find("edge-cases-missing")


@pytest.mark.integration
def test_matrix_table(cache):
    folder = edge_cases.prepare(("mt",), ("mt",), Silent())
    assert (folder / "calls.mt" / "_SUCCESS").exists()
    assert hail_writer.HAIL == "0.2.85"
