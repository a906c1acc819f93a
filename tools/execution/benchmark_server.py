"""Run benchmark processes: a hard time limit, and nothing of their trees stays behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from benchmarks._harness.clusters.processes import FOLDER, is_resource_tracker
from tools.common.process import end_with_parent

TIMEOUT = -256  # asv.util.TIMEOUT_RETCODE
_GRACE = 15  # seconds that a server gets to report a benchmark's time-out itself
_START = 120  # seconds in which a server must listen, on a machine that is busy
_PREIMPORT = 1800  # and in which it must have imported its tools: old ones compile meanwhile
_PREFIX = "gwas-run-"  # in /tmp, as a socket's path is short; with the process that made it
MARK = "GWAS_RUN"  # the variable that marks the processes of one benchmark

_KILLED = (
    "it was killed, by someone or by the system for want of memory (`dmesg` says which): run the "
    "same command again, where memory was short with smaller data or fewer cores"
)


class Server:
    """asv_runner's fork server: what is imported in it, each benchmark gets without the wait.

    A tool's import takes up to ten seconds, so a process for each benchmark would spend more
    time on imports than on measuring. Each benchmark is still a process of its own: a fork.
    JVMs, workers and PLINK are found by a mark in their environment, wherever they moved to,
    and killed when the benchmark is over.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Start `command` (Python, asv's script, "run_server", its folder) and preimport.

        Raises ServerLost when it does not start.
        """
        self._mark = new_mark()
        self._clusters = Path(env["GWAS_WORK"], FOLDER) if "GWAS_WORK" in env else None
        self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        self._socket = str(self._folder / "socket")
        self._log = self._folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, self._socket],
                env={**env, MARK: self._mark},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        self._preimport()

    def _preimport(self) -> None:
        try:
            deadline = time.monotonic() + _START
            while not self._is_preimported():
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise OSError("it did not start")
                time.sleep(0.01)
        except OSError as error:
            raise self._lost(error) from None
        except BaseException:
            self.close()
            raise

    def _is_preimported(self) -> bool:
        """Whether it has done its imports; False when it does not listen yet."""
        try:
            self._ask({"action": "preimport"}, _PREIMPORT)
        except (
            FileNotFoundError,
            ConnectionRefusedError,
        ):  # there, but not yet listening
            return False
        return True

    def run(self, command: Mapping[str, object], timeout: float | None) -> tuple[str, int]:
        """Output (stdout and stderr together) and exit status, TIMEOUT when it took too long.

        asv's own limit is on silence, so a tool that hangs while its progress bar turns would
        never end; this one is on the whole time. Raises ServerLost when the server ended.
        """
        limit = None if timeout is None else timeout + _GRACE
        try:
            answer = self._ask({"action": "run", **command, "timeout": timeout}, limit)
        except TimeoutError:
            self.close()
            return "", TIMEOUT
        except OSError as error:
            raise self._lost(error) from None
        except BaseException:
            self.close()
            raise
        self._clean(spare=self._process.pid)
        return answer["out"], answer["errcode"]

    @property
    def alive(self) -> bool:
        """Whether it can run another benchmark."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the server and everything that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._clean()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _clean(self, spare: int | None = None) -> None:
        """End what a benchmark left running, and remove the folders of its clusters."""
        kill_marked(self._mark, spare)
        if self._clusters:
            shutil.rmtree(self._clusters, ignore_errors=True)

    def _ask(self, command: Mapping[str, object], timeout: float | None) -> dict:
        text = json.dumps(command).encode()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            connection.connect(self._socket)
            connection.sendall(struct.pack("<Q", len(text)) + text)
            with connection.makefile("rb") as stream:
                head = stream.read(8)
                if len(head) < 8:
                    raise OSError("it ended")
                reply = stream.read(struct.unpack("<Q", head)[0])
        answer = json.loads(reply)
        return answer if isinstance(answer, dict) else {"out": answer}

    def _lost(self, error: OSError) -> ServerLost:
        words = self._log.read_text(errors="replace").strip() if self._log.exists() else ""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)  # what closed its socket may be about to end
        killed = self._process.poll() == -signal.SIGKILL
        self.close()
        advice = _KILLED if killed else "run the same command again; its last words:"
        return ServerLost(f"the benchmark server is gone ({error}): {advice}\n{words}".strip())


class ServerLost(RuntimeError):
    """The fork server ended or does not answer; the message holds its last words."""


def new_mark() -> str:
    """A mark for a process and all that it starts; it tells who started it."""
    return f"{os.getpid()}:{uuid.uuid4().hex}"


def kill_marked(mark: str, spare: int | None = None) -> None:
    """Kill every process that carries this mark, but for the one to spare.

    Those that remove the semaphores of the others end by themselves, or else a little later.
    """
    left = [
        process
        for process in psutil.process_iter()
        if process.pid != spare and _mark(process) == mark
    ]
    removers = [process for process in left if is_resource_tracker(process.pid)]
    _kill([process for process in left if process not in removers])
    _, late = psutil.wait_procs(removers, timeout=3)
    _kill(late)


def _kill(processes: Sequence[psutil.Process]) -> None:
    """Kill them and wait until they have ended."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    deadline = time.monotonic() + 10
    while not all(map(_has_ended, processes)) and time.monotonic() < deadline:
        time.sleep(0.01)


def _has_ended(process: psutil.Process) -> bool:
    """Whether nothing of it runs, though its parent may not have taken note of it.

    That may be the machine's first process, and some of those look once a second.
    """
    try:
        # a first thread that has ended is a zombie while others of the process are still ending
        zombie = process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1
        return zombie or not process.is_running()
    except psutil.NoSuchProcess:
        return True


def kill_orphans() -> int:
    """Kill what a tracker that was itself killed left running; returns how many.

    Its folders are removed as well.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
    marks = {mark for process in psutil.process_iter() if (mark := _mark(process))}
    orphaned = [mark for mark in marks if not psutil.pid_exists(int(mark.split(":")[0]))]
    for mark in orphaned:
        kill_marked(mark)
    return len(orphaned)


def _mark(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None
