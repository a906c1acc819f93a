"""A benchmark process ends in time, and nothing of its tree stays behind."""

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from asv.runner import BENCHMARK_RUN_SCRIPT

from tools.environments import benchmark_variables, confinement
from tools.execution import benchmark_server
from tools.sandbox import confined

# a grandchild in a session of its own, as a JVM or a Dask worker may be
_MARK = uuid.uuid4().hex
_LEAVES_A_CHILD = (
    "import subprocess, sys\n"
    f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '{_MARK}'], "
    "start_new_session=True, env={})\n"
    "print('child', flush=True)\n"
)
Bench = Callable[..., tuple[str, int]]
VARIABLES = benchmark_variables.allowed(os.environ)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Run code as the body of a benchmark, in forks of one server."""
    servers: list[benchmark_server.Server] = []
    folder, work, code_file = tmp_path / "suite", tmp_path / "work", tmp_path / "code.py"
    folder.mkdir()
    work.mkdir()
    (folder / "__init__.py").touch()
    body = f"exec(open({str(code_file)!r}).read(), {{}})"
    (folder / "b.py").write_text(f"def track_it():\n    {body}\n    return 1\n")

    def run(code: str, timeout: float | None = 60) -> tuple[str, int]:
        code_file.write_text(code)
        if not servers:
            command = [sys.executable, BENCHMARK_RUN_SCRIPT, "run_server", str(folder)]
            policy = confinement.measuring(Path(sys.prefix), (folder, code_file), (work,))
            variables = {**VARIABLES, "GWAS_WORK": str(work)}
            servers.append(benchmark_server.Server(command, variables, policy))
        ask = {"benchmark_id": "b.track_it", "params_str": "{}"}
        return servers[0].run(ask, timeout, tmp_path / "result")

    yield run
    servers[0].close()


def _running() -> list[int]:
    """The children that a benchmark left."""
    return [process.pid for process in psutil.process_iter() if _MARK in _command(process)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_output_and_status(bench: Bench) -> None:
    output, status = bench("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    assert {"out", "err"} <= set(output.split())
    assert status != 0
    assert bench("print('again')") == ("again\n", 0)


def test_what_a_finished_benchmark_left_is_killed(bench: Bench) -> None:
    assert bench(_LEAVES_A_CHILD + "import time; time.sleep(0.5)") == ("child\n", 0)
    assert _running() == []


def test_a_hung_benchmark_that_keeps_talking_is_stopped(bench: Bench) -> None:
    code = (
        f"{_LEAVES_A_CHILD}"
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "while True: print('progress', flush=True)"
    )
    _, status = bench(code, timeout=3)
    assert status == benchmark_server.TIMEOUT
    assert _running() == []


def test_nothing_is_left_of_a_cluster_whose_benchmark_did_not_end(
    bench: Bench, tmp_path: Path
) -> None:
    """asv leaves a benchmark whose time is over no moment to end its cluster itself."""
    holder = (
        "import multiprocessing as mp, time; lock = mp.get_context('spawn').Lock(); "
        "print('/dev/shm/sem.' + lock._semlock.name.lstrip('/'), flush=True); time.sleep(600)"
    )
    code = (
        "import os, subprocess, sys, time\n"
        "os.makedirs(os.environ['GWAS_WORK'] + '/clusters/sgkit-1')\n"
        f"p = subprocess.Popen([sys.executable, '-c', {holder!r}], stdout=subprocess.PIPE, "
        "start_new_session=True)\n"
        "open(os.environ['GWAS_WORK'] + '/semaphore', 'wb').write(p.stdout.readline())\n"
        "time.sleep(600)\n"
    )
    _, status = bench(code, timeout=5)
    assert status == benchmark_server.TIMEOUT
    semaphore = (tmp_path / "work" / "semaphore").read_text().strip()
    assert semaphore.startswith("/dev/shm/sem.mp-")
    assert not Path(semaphore).exists()
    assert not (tmp_path / "work" / "clusters").exists()


def test_a_server_that_was_killed_says_what_to_do(bench: Bench) -> None:
    with pytest.raises(
        benchmark_server.ServerLost, match=r"gone.*it was killed.*memory.*run the same"
    ):
        bench("import os, signal; os.kill(os.getppid(), signal.SIGKILL)")


def _server(*arguments: str) -> benchmark_server.Server:
    policy = confinement.measuring(Path(sys.prefix), (), ())
    return benchmark_server.Server([sys.executable, *arguments], VARIABLES, policy)


def test_a_server_that_cannot_start_says_why() -> None:
    with pytest.raises(benchmark_server.ServerLost, match="No module named"):
        _server("-m", "no_such_module")


def test_a_server_that_is_slow_to_listen_is_waited_for() -> None:
    code = (
        "import json, socket, struct, sys, time\n"
        "s = socket.socket(socket.AF_UNIX); time.sleep(0.3)\n"
        "s.bind(sys.argv[-1]); time.sleep(0.5)\n"
        "s.listen(); connection, _ = s.accept(); connection.recv(1000)\n"
        "connection.sendall(struct.pack('<Q', 2) + b'\"\"'); time.sleep(60)\n"
    )
    server = _server("-c", code)
    assert server.alive
    server.close()


def test_folders_of_a_killed_tracker_are_removed() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    names = {pid: tempfile.mkdtemp(prefix=f"gwas-run-{pid}-") for pid in (gone.pid, os.getpid())}
    confined.remove_folders_of_the_dead()
    assert not Path(names[gone.pid]).exists()
    Path(names[os.getpid()]).rmdir()  # of a tracker that runs: it stays
