import hashlib

import numpy as np
import pytest

from datasets import download
from tests.datasets.server import serving
from tools.common.errors import DamagedError, UnreachableError

CONTENT = np.random.default_rng(1).bytes(3_000_000)
MD5 = hashlib.md5(CONTENT).hexdigest()


class Bytes:
    def __init__(self):
        self.done = 0

    def __call__(self, amount):
        self.done += amount


def fetch(url, target, md5=MD5):
    told = Bytes()
    download.fetch(url, target, len(CONTENT), md5, told, pause=0)
    return told.done


def test_whole(tmp_path):
    with serving({"f": CONTENT}) as (url, served):
        assert fetch(f"{url}/f", tmp_path / "f") == len(CONTENT)
        assert (tmp_path / "f").read_bytes() == CONTENT
        assert not (tmp_path / "f.part").exists()
        fetch(f"{url}/f", tmp_path / "f")
        assert served["f"].requests == [None]  # the second time nothing is asked


def test_goes_on_after_a_broken_connection(tmp_path):
    with serving({"f": CONTENT}) as (url, served):
        served["f"].break_after = 1_500_000
        assert fetch(f"{url}/f", tmp_path / "f") == len(CONTENT)
        first, second = served["f"].requests
    assert first is None
    assert 0 < int(second.removeprefix("bytes=").rstrip("-")) <= 1_500_000
    assert (tmp_path / "f").read_bytes() == CONTENT


def test_goes_on_after_an_interruption(tmp_path):
    class Interrupted(Bytes):
        def __call__(self, amount):
            super().__call__(amount)
            if self.done > 1_000_000:
                raise KeyboardInterrupt

    with serving({"f": CONTENT}) as (url, served):
        with pytest.raises(KeyboardInterrupt):
            download.fetch(f"{url}/f", tmp_path / "f", len(CONTENT), MD5, Interrupted(), pause=0)
        assert not (tmp_path / "f").exists()
        kept = (tmp_path / "f.part").stat().st_size
        assert kept > 1_000_000
        fetch(f"{url}/f", tmp_path / "f")
        assert served["f"].requests[1] == f"bytes={kept}-"
    assert (tmp_path / "f").read_bytes() == CONTENT


def test_server_without_range(tmp_path):
    (tmp_path / "f.part").write_bytes(CONTENT[:1000])
    with serving({"f": CONTENT}) as (url, served):
        served["f"].ranges = False
        assert fetch(f"{url}/f", tmp_path / "f") == len(CONTENT)
    assert (tmp_path / "f").read_bytes() == CONTENT


def test_another_file_is_refused_and_not_kept(tmp_path):
    changed = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    with serving({"f": changed}) as (url, _), pytest.raises(DamagedError, match="md5"):
        fetch(f"{url}/f", tmp_path / "f")
    assert list(tmp_path.iterdir()) == []


def test_part_that_is_too_long_is_begun_again(tmp_path):
    (tmp_path / "f.part").write_bytes(b"x" * (len(CONTENT) + 1))
    with serving({"f": CONTENT}) as (url, _):
        fetch(f"{url}/f", tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == CONTENT


def test_no_such_file_and_no_server(tmp_path):
    with serving({}) as (url, _), pytest.raises(UnreachableError, match="404"):
        fetch(f"{url}/f", tmp_path / "f")
    with pytest.raises(UnreachableError, match=r"(?s)0\.0 of 3\.0 MB.*run the same command again"):
        fetch(f"{url}/f", tmp_path / "f")
