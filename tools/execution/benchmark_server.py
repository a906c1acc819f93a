"""Run benchmarks in forks of a server in the sandbox, with a time limit on all its processes."""

import contextlib
import json
import os
import re
import socket
import stat
import struct
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from benchmarks._harness.clusters.processes import FOLDER, is_resource_tracker
from tools.common import untrusted
from tools.sandbox import confined
from tools.sandbox.confined import Confined
from tools.sandbox.policy import Policy

TIMEOUT = -256  # asv.util.TIMEOUT_RETCODE
_GRACE = 15  # seconds after a time-out in which the server may report it itself
_START = 120  # seconds until a server listens, on a busy machine
_PREIMPORT = 1800  # seconds until it has imported its tools: old ones compile first
_EDGE = 64 * 1024  # bytes of a long answer that are kept of its beginning, and of its end
_FILE = 64 * 1024 * 1024  # bytes of a result, or of a profile
_KILLED = 137  # exit status
_STATUS = re.compile(rb'"errcode": (-?[0-9]{1,9})\}$')  # the end of a benchmark's answer

_ADVICE = (
    "it was killed. `dmesg` shows whether memory ran out: if so, use smaller data or fewer cores; "
    "else run the same command again"
)


class ServerLost(RuntimeError):
    """The server ended or does not answer; the message has its last output."""


class Server:
    """asv_runner's fork server, which imports the tool once for many benchmarks.

    A tool's import takes up to ten seconds: more than most measurements. Each benchmark is a fork
    of this server. At its end, all its processes are killed (JVMs, workers, PLINK): asv's own
    client of this server kills only the fork. All of it is strangers' code, so its answers can be
    of any kind and size.
    """

    def __init__(
        self, command: Sequence[str], variables: Mapping[str, str], policy: Policy
    ) -> None:
        """Start `command` (Python, asv's script, "run_server", its folder) and import the tool.

        Raises ServerLost when that fails.
        """
        work = variables.get("GWAS_WORK")
        self._clusters = Path(work, FOLDER) if work else None
        self._confined = Confined([*command, "{inside}/socket"], policy, variables)
        self._socket = self._confined.inside / "socket"
        self._pid = 0
        self._preimport()

    def _preimport(self) -> None:
        try:
            deadline = time.monotonic() + _START
            while not self._is_preimported():
                if not self.alive or time.monotonic() > deadline:
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

    def run(
        self,
        command: Mapping[str, str],
        timeout: float | None,
        result: Path,
        profile: Path | None = None,
    ) -> tuple[str, int]:
        """Run one benchmark; return its output and exit status, TIMEOUT when it took too long.

        `command` has asv_runner's "benchmark_id" and "params_str". The result is copied to
        `result` where there is one, and cProfile's statistics to `profile`.

        asv limits the time without output, so a tool that hangs with a moving progress bar would
        never end. This limit is on the whole time. Raises ServerLost when the server ended.
        """
        inside = self._confined.inside
        own = {"result": inside / "result", "profile": inside / "profile"}
        ask = {
            "action": "run",
            "timeout": timeout,
            "cwd": str(inside / "tmp"),
            "result_file": str(own["result"]),
            "profile_path": "None" if profile is None else str(own["profile"]),
            **command,
        }
        for path in own.values():
            untrusted.remove(path)
        limit = None if timeout is None else timeout + _GRACE
        try:
            output, status = self._ask(ask, limit)
        except TimeoutError:
            self.close()
            return "", TIMEOUT
        except OSError as error:
            raise self._lost(error) from None
        except BaseException:
            self.close()
            raise
        self._clean()
        for source, target in ((own["result"], result), (own["profile"], profile)):
            if target is None or status != 0:
                continue
            try:
                target.write_bytes(untrusted.read_bytes(source, _FILE))
            except OSError as error:
                return f"{output}\nits {source.name} cannot be read: {error}\n", 1
        return output, status

    @property
    def alive(self) -> bool:
        """Whether it can run another benchmark."""
        return self._confined.poll() is None

    def close(self) -> None:
        """End the server and all its processes."""
        self._confined.close()
        self._remove_clusters()

    def _clean(self) -> None:
        """Kill the processes that a benchmark left, and remove the folders of its clusters.

        A resource tracker removes the semaphores of the others, so it gets 3 seconds to end by
        itself.
        """
        left = self._confined.others(self._pid)
        removers = [process for process in left if is_resource_tracker(process.pid)]
        confined.kill([process for process in left if process not in removers])
        _, late = psutil.wait_procs(removers, timeout=3)
        confined.kill(late)
        self._remove_clusters()

    def _remove_clusters(self) -> None:
        if self._clusters:
            untrusted.remove(self._clusters)

    def _ask(self, command: Mapping[str, object], timeout: float | None) -> tuple[str, int]:
        text = json.dumps(command).encode()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            self._connect(connection)
            connection.sendall(struct.pack("<Q", len(text)) + text)
            return _answer(connection, timeout)

    def _connect(self, connection: socket.socket) -> None:
        """Connect to the server's socket, never to another that a link may name."""
        handle = os.open(self._socket, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if not stat.S_ISSOCK(os.fstat(handle).st_mode):
                raise OSError("its socket is another kind of file")
            connection.connect(f"/proc/self/fd/{handle}")
        finally:
            os.close(handle)
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        self._pid = struct.unpack("3i", peer)[0]

    def _lost(self, error: OSError) -> ServerLost:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._confined.wait(1)  # it closed its socket, and may be about to end
        output = self._confined.output.strip()
        status, stopped = self._confined.poll(), self._confined.stopped
        self.close()
        advice = _ADVICE if status == _KILLED else "run the same command again; its last output:"
        if stopped:
            advice = f"the tracker ended it: {stopped}"
        return ServerLost(f"the benchmark server is gone ({error}): {advice}\n{output}".strip())


def _answer(connection: socket.socket, timeout: float | None) -> tuple[str, int]:
    """Output and exit status in the server's answer: its length in 8 bytes, then JSON.

    Of a long answer only the edges are kept. Raises OSError for one that cannot be read.
    """
    deadline = None if timeout is None else time.monotonic() + timeout

    def receive(size: int) -> bytes:
        if deadline is not None:
            connection.settimeout(max(0.001, deadline - time.monotonic()))
        data = connection.recv(size)
        if not data:
            raise OSError("it ended")
        return data

    head = b""
    while len(head) < 8:
        head += receive(8 - len(head))
    size = left = struct.unpack("<Q", head)[0]
    first = last = b""
    while left > 0:
        data = receive(min(left, _EDGE))
        left -= len(data)
        room = _EDGE - len(first)
        first += data[:room]
        last = (last + data[room:])[-_EDGE:]
    if size > len(first) + len(last):
        status = _STATUS.search(last)
        output = untrusted.shortened(_unescaped(first), _unescaped(last), size - 2 * _EDGE)
        return output, int(status[1]) if status else 0
    try:
        answer = json.loads(first + last)
        if isinstance(answer, str):  # that of the import
            return answer, 0
        return untrusted.printable(answer["out"]), int(answer["errcode"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise OSError("its answer cannot be read") from None


def _unescaped(part: bytes) -> str:
    """A part of a JSON text, of which an escape may have been cut."""
    text = part.decode("unicode_escape", "replace")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
