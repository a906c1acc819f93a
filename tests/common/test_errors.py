"""What a user can mend ends in one message; what is a bug keeps its traceback."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tools.common import errors, process
from tools.notify import digest


def test_a_full_disk_is_known_by_its_number() -> None:
    known = errors.from_os_error(OSError(errno.ENOSPC, "anything", "results/x.json"))
    assert known is not None
    assert known.exit_code == 8
    assert "results/x.json" in str(known)
    assert errors.from_os_error(OSError(errno.ENOENT, "anything")) is None


def test_what_may_not_be_written_is_named() -> None:
    known = errors.from_os_error(OSError(errno.EROFS, "Read-only file system", "results/x.json"))
    assert known is not None
    assert known.exit_code == 13
    assert "results/x.json: read-only file system" in str(known)


def test_no_exit_code_means_two_things() -> None:
    kinds = [errors.TrackerError, *errors.TrackerError.__subclasses__()]
    own = [kind for kind in kinds if kind.__module__ == errors.__name__]
    codes = [kind.exit_code for kind in own]
    codes += [digest.SLOWER, digest.ONLY_FASTER, digest.ONLY_MACHINE]
    assert len(codes) == len(set(codes))
    assert set(codes) <= errors.EXIT_CODES.keys()
    assert {kind.exit_code for kind in kinds} <= set(codes)


def test_a_full_disk_is_known_by_what_a_program_said(tmp_path: Path) -> None:
    assert errors.is_disk_full("OSError: [Errno 28] No space left on device")
    assert not errors.is_disk_full("Killed", tmp_path)


@pytest.mark.parametrize(
    ("error", "said", "code"),
    [
        (OSError(errno.ENOSPC, "any", "results/x.json"), "the disk is full (results/x.json)", 8),
        (FileNotFoundError(errno.ENOENT, "any", "/a/html"), "there is no site in /a/html", 2),
        (errors.DamagedError("the mirror cannot be read"), "the mirror cannot be read", 9),
        (OSError(errno.EADDRINUSE, "Address already in use"), "Address already in use", 1),
        (ModuleNotFoundError("any", name="some_package"), "some_package is not installed", 4),
        (KeyboardInterrupt(), "interrupted", 130),
    ],
)
def test_asv_ends_in_one_message(
    capsys: pytest.CaptureFixture[str], error: BaseException, said: str, code: int
) -> None:
    with pytest.raises(SystemExit) as ended:
        errors.explain_uncaught(type(error), error, None)
    assert ended.value.code == code
    assert said in capsys.readouterr().err


def test_a_bug_keeps_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    errors.explain_uncaught(ValueError, ValueError("a bug"), None)
    assert "ValueError: a bug" in capsys.readouterr().err


def test_a_killed_command_takes_along_what_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    sleep = f"import os, pathlib, time; pathlib.Path({str(pid)!r}).write_text(str(os.getpid())); "
    code = (
        "import sys; from tools.common import process; process.end_on_signals(); "
        f"process.run([sys.executable, '-c', {sleep + 'time.sleep(600)'!r}])"
    )
    for number in (signal.SIGTERM, signal.SIGKILL):
        pid.unlink(missing_ok=True)
        command = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
        while not (pid.exists() and pid.read_text()):
            assert command.poll() is None
            time.sleep(0.05)
        command.send_signal(number)
        command.wait()
        started = int(pid.read_text())
        while psutil.pid_exists(started) and psutil.Process(started).status() != "zombie":
            time.sleep(0.05)


def test_the_output_of_a_program_that_took_too_long_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "x.log"
    command = ["sh", "-c", "echo so far; sleep 60"]
    with pytest.raises(process.ProgramError, match="took longer"):
        process.run(command, timeout=1, log=log)
    assert "so far" in log.read_text()


def test_a_variable_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_HOME", "elsewhere")
    code = "import os; print(os.environ.get('SPARK_HOME'), os.environ.get('KEPT'))"
    ended = process.run([sys.executable, "-c", code], env={"SPARK_HOME": None, "KEPT": "1"})
    assert ended.stdout.split() == ["None", "1"]
    assert os.environ["SPARK_HOME"] == "elsewhere"
