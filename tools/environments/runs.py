"""Run one benchmark process: a hard time limit, and nothing of its tree stays behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Mapping, Sequence

import psutil

TIMEOUT = -256  # asv.util.TIMEOUT_RETCODE
_MARK = "GWAS_RUN"


def run(
    args: Sequence[str], env: Mapping[str, str], cwd: str | None, timeout: float | None
) -> tuple[str, int]:
    """Output (stdout and stderr together) and exit status, TIMEOUT when it took too long.

    asv's own limit is on silence, so a tool that hangs while its progress bar turns would
    never end; this one is on the whole time. JVMs, workers and PLINK are found by a mark in
    their environment, wherever they moved to, and killed when the benchmark is over.
    """
    mark = f"{os.getpid()}:{uuid.uuid4().hex}"
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            args,
            env={**env, _MARK: mark},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = TIMEOUT
        finally:
            _kill_session(process)
            sweep(mark)
        output.seek(0)
        return output.read().decode("utf-8", "replace"), status


def sweep(mark: str) -> None:
    """Kill every process that carries this mark."""
    left = [process for process in psutil.process_iter() if _mark(process) == mark]
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(left, timeout=10)


def sweep_orphans() -> int:
    """Kill what a tracker that was itself killed left running; returns how many."""
    marks = {mark for process in psutil.process_iter() if (mark := _mark(process))}
    orphaned = [mark for mark in marks if not psutil.pid_exists(int(mark.split(":")[0]))]
    for mark in orphaned:
        sweep(mark)
    return len(orphaned)


def end_on_signals() -> None:
    """Make SIGTERM and SIGHUP end this process as Ctrl-C does: cleaning up behind it."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _mark(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(_MARK)
    except (psutil.Error, OSError):
        return None
