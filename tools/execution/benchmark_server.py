"""Run benchmarks in forks of a server, with a time limit on the whole process tree."""

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
_GRACE = 15  # seconds after a time-out in which the server may report it itself
_START = 120  # seconds until a server listens, on a busy machine
_PREIMPORT = 1800  # seconds until it has imported its tools: old ones compile first
_PREFIX = "gwas-run-"  # and our process id; in /tmp, because a socket's path must be short
MARK = "GWAS_RUN"  # the environment variable that marks the processes of one benchmark

_KILLED = (
    "it was killed. `dmesg` shows whether memory ran out: if so, use smaller data or fewer cores; "
    "else run the same command again"
)


class ServerLost(RuntimeError):
    """The server ended or does not answer; the message has its last output."""


class Server:
    """asv_runner's fork server, which imports the tool once for many benchmarks.

    A tool's import takes up to ten seconds: more than most measurements. Each benchmark is a fork
    of this server. At its end, all its processes are killed (JVMs, workers, PLINK): a mark in
    their environment finds them also outside the process tree. asv's own client of this server
    kills only the fork.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Start `command` (Python, asv's script, "run_server", its folder) and import the tool.

        Raises ServerLost when that fails.
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
        """Wait until the server has done its imports; False when it does not listen yet."""
        try:
            self._ask({"action": "preimport"}, _PREIMPORT)
        except (FileNotFoundError, ConnectionRefusedError):  # it exists, but does not listen yet
            return False
        return True

    def run(self, command: Mapping[str, object], timeout: float | None) -> tuple[str, int]:
        """Run one benchmark; return its output and exit status, TIMEOUT when it took too long.

        asv limits the time without output, so a tool that hangs with a moving progress bar would
        never end. This limit is on the whole time. Raises ServerLost when the server ended.
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
        """End the server and all its processes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._clean()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _clean(self, spare: int | None = None) -> None:
        """Kill the processes that a benchmark left, and remove the folders of its clusters."""
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
        output = self._log.read_text(errors="replace").strip() if self._log.exists() else ""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)  # it closed its socket, and may be about to end
        killed = self._process.poll() == -signal.SIGKILL
        self.close()
        advice = _KILLED if killed else "run the same command again; its last output:"
        return ServerLost(f"the benchmark server is gone ({error}): {advice}\n{output}".strip())


def new_mark() -> str:
    """A mark for a process and its descendants, with the id of this process."""
    return f"{os.getpid()}:{uuid.uuid4().hex}"


def kill_marked(mark: str, spare: int | None = None) -> None:
    """Kill every process with this mark, except `spare`.

    A resource tracker removes the semaphores of the others, so it gets 3 seconds to end by itself.
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
    """Kill processes and wait up to 10 seconds for their end."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    deadline = time.monotonic() + 10
    while not all(map(_has_ended, processes)) and time.monotonic() < deadline:
        time.sleep(0.01)


def _has_ended(process: psutil.Process) -> bool:
    """Whether a process no longer runs; its parent may not have waited for it yet.

    The parent may be the machine's first process, which waits only once a second on some machines.
    """
    try:
        # a process is a zombie as soon as its first thread ended, while others may still run
        zombie = process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1
        return zombie or not process.is_running()
    except psutil.NoSuchProcess:
        return True


def kill_orphans() -> int:
    """Kill the processes that a killed tracker left, and remove its folders.

    Returns the number of benchmarks that were still running.
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
