"""What a user can mend ends in one message; what is a bug keeps its traceback."""

import errno
import os
import sys
from pathlib import Path

import pytest

from tools.common import errors, process


def test_a_full_disk_is_known_by_its_number() -> None:
    known = errors.from_os_error(OSError(errno.ENOSPC, "anything", "results/x.json"))
    assert known is not None
    assert known.exit_code == 8
    assert "results/x.json" in str(known)
    assert errors.from_os_error(OSError(errno.EACCES, "anything")) is None


def test_a_full_disk_is_known_by_what_a_program_said(tmp_path: Path) -> None:
    assert errors.is_no_room("OSError: [Errno 28] No space left on device")
    assert not errors.is_no_room("Killed", tmp_path)


def test_asv_on_a_full_disk_ends_in_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    full = OSError(errno.ENOSPC, "anything", "results/x.json")
    errors.explain_uncaught(OSError, full, None)
    assert capsys.readouterr().err.startswith("error: the disk is full (results/x.json)")
    errors.explain_uncaught(ValueError, ValueError("a bug"), None)
    assert "ValueError: a bug" in capsys.readouterr().err


def test_a_variable_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_HOME", "elsewhere")
    code = "import os; print(os.environ.get('SPARK_HOME'), os.environ.get('KEPT'))"
    ended = process.run([sys.executable, "-c", code], env={"SPARK_HOME": None, "KEPT": "1"})
    assert ended.stdout.split() == ["None", "1"]
    assert os.environ["SPARK_HOME"] == "elsewhere"
