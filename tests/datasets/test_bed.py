import shutil
import subprocess

import numpy as np
import pytest

from datasets.bed import BedReader
from tests.datasets.made import bed, block, random_dosage
from tools.common.errors import DamagedError


def test_bytes_are_those_of_the_format(tmp_path):
    # samples 0 1 2 -1 | 2: codes 11 10 00 01 from the lowest bits, then 00 and padding
    reader = bed(tmp_path, block([[0, 1, 2, -1, 2], [2, 2, 2, 2, 1]]))
    assert (tmp_path / "calls.bed").read_bytes() == bytes(
        [0x6C, 0x1B, 0x01, 0b01_00_10_11, 0b00, 0b00_00_00_00, 0b10]
    )
    assert (tmp_path / "calls.bim").read_text().splitlines() == [
        "1\t1:100:C:T\t0\t100\tT\tC",
        "1\t1:110:C:T\t0\t110\tT\tC",
    ]
    assert (tmp_path / "calls.fam").read_text().splitlines()[0] == "S0\tS0\t0\t0\t0\t-9"
    assert reader.dosages(0, 2).tolist() == [[0, 1, 2, -1, 2], [2, 2, 2, 2, 1]]


@pytest.mark.parametrize("n_samples", [4, 5, 6, 7, 101])
def test_reads_back_what_was_written(tmp_path, n_samples):
    dosage = random_dosage(40, n_samples, missing=0.1)
    reader = bed(tmp_path, block(dosage[:25]), block(dosage[25:], contig="2"))
    assert np.array_equal(reader.dosages(0, 40), dosage)
    assert np.array_equal(reader.dosages(7, 31), dosage[7:31])
    assert reader.sites.by_contig() == [("1", 0, 25), ("2", 25, 40)]


def test_cut_file_is_refused(tmp_path):
    bed(tmp_path, block(random_dosage(10, 9)))
    path = tmp_path / "calls.bed"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedError, match="10 variants x 9 samples"):
        BedReader(tmp_path / "calls")


def test_plink_agrees(tmp_path):
    program = shutil.which("plink1.9")
    if program is None:
        pytest.skip("PLINK 1.9 is not installed")
    dosage = random_dosage(50, 23, missing=0.05)
    bed(tmp_path, block(dosage))
    command = [program, "--bfile", tmp_path / "calls", "--keep-allele-order"]
    subprocess.run(
        [*command, "--freqx", "--out", tmp_path / "out"], check=True, capture_output=True
    )
    lines = (tmp_path / "out.frqx").read_text().splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    assert {row[2] for row in rows} == {"T"}
    # homozygous A1, heterozygous, homozygous A2, ..., missing
    counted = np.array([[int(row[i]) for i in (4, 5, 6, 9)] for row in rows])
    assert np.array_equal(counted.T, [(dosage == code).sum(axis=1) for code in (2, 1, 0, -1)])
