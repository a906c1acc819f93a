"""Run external programs with a time limit, a log, and one clear error.

Unlike subprocess.run, a time-out kills the whole process tree: JVMs, compilers, git's helpers.
"""

import ctypes
import multiprocessing
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tools.common import files, foreign_text
from tools.common.errors import MissingError, TrackerError

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class ProgramError(TrackerError):
    """A program failed or took too long. `returncode` is None when it took too long."""

    exit_code = 6

    def __init__(self, message: str, output: str, returncode: int | None) -> None:
        super().__init__(message)
        self.output = foreign_text.without_credentials(output)
        self.returncode = returncode

    @property
    def last_line(self) -> str:
        """The last line of the output: the exception of a Python program."""
        return (self.output.strip() or str(self)).splitlines()[-1].strip()


def run(
    args: Sequence[str | Path],
    *,
    timeout: float = 600,
    cwd: Path | None = None,
    env: Mapping[str, str | None] | None = None,
    input: str | None = None,
    log: Path | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run a program in its own process group and return its output.

    `env` adds variables to this process's environment; None removes one. `log` is a file for all
    output. A time-out or an interruption kills the whole process tree. With `check`, an exit
    status other than 0 raises ProgramError with the last lines of output.
    """
    command = [str(arg) for arg in args]
    variables = {**os.environ, **(env or {})}
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={name: value for name, value in variables.items() if value is not None},
            stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
    except FileNotFoundError:
        raise MissingError(f"program not found: {command[0]}") from None
    try:
        stdout, stderr = process.communicate(input, timeout=timeout)
    except subprocess.TimeoutExpired:
        kill_tree(process.pid)
        stdout, stderr = process.communicate()
        _write_log(log, command, stdout + stderr)
        raise took_too_long(command, stdout + stderr, timeout) from None
    except BaseException:
        kill_tree(process.pid)
        process.wait()
        raise
    _write_log(log, command, stdout + stderr)
    if check and process.returncode != 0:
        lines = stderr.strip() or stdout.strip()
        raise failed(command, lines, process.returncode, output=stdout + stderr)
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def failed(
    command: Sequence[str | Path], lines: str, status: int, reason: str = "", *, output: str = ""
) -> ProgramError:
    """The error of a program that failed: `reason`, or its status with the last of `lines`.

    `output` is its whole output, `lines` by default.
    """
    tail = "".join(f"\n  {line}" for line in lines.strip().splitlines()[-8:])
    what = f"was stopped: {reason}" if reason else f"failed (exit status {status})"
    return ProgramError(f"{_name(command)} {what}{tail}", output or lines, status)


def took_too_long(command: Sequence[str | Path], output: str, timeout: float) -> ProgramError:
    """The error of a program that still ran after `timeout` seconds."""
    message = f"{_name(command)} took longer than {timeout:.0f} s and was stopped"
    return ProgramError(message, output, None)


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent dies, so that none is left behind."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def end_on_signals() -> None:
    """Make SIGTERM and SIGHUP end this process as Ctrl-C does, with its clean-up."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: object) -> None:
    if multiprocessing.parent_process() is not None:  # its parent ends a worker this way
        os._exit(128 + number)
    raise KeyboardInterrupt


def kill_tree(pid: int) -> None:
    """Kill a process and its descendants, also those in other process groups."""
    try:
        parent = psutil.Process(pid)
        tree = [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        return
    for process in tree:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    psutil.wait_procs(tree, timeout=10)


def _write_log(log: Path | None, command: Sequence[str], output: str) -> None:
    if log is not None:
        text = foreign_text.without_credentials(f"$ {' '.join(command)}\n{output}")
        files.write_text(log, text)


def _name(command: Sequence[str | Path]) -> str:
    return " ".join([Path(command[0]).name, *map(str, command[1:3])])
