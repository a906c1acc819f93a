"""A benchmark process ends in time, and nothing of its tree stays behind."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asv.runner import BENCHMARK_RUN_SCRIPT

from tools.execution import benchmark_server

# a grandchild in a session of its own, as a JVM or a Dask worker may be
_LEAVES_A_CHILD = (
    "import subprocess, sys\n"
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], "
    "start_new_session=True)\n"
    "print(p.pid, flush=True)\n"
)
Bench = Callable[..., tuple[str, int]]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Run code as the body of a benchmark, in forks of one server."""
    servers: list[benchmark_server.Server] = []

    def run(code: str, timeout: float | None = 60) -> tuple[str, int]:
        folder = tmp_path / "suite"
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
        (folder / "b.py").write_text("def track_it():\n    exec(open('code.py').read(), {})\n")
        (tmp_path / "code.py").write_text(code)
        if not servers:
            command = [sys.executable, BENCHMARK_RUN_SCRIPT, "run_server", str(folder)]
            env = {**os.environ, "GWAS_WORK": str(tmp_path / "work")}
            servers.append(benchmark_server.Server(command, env))
        ask = {
            "benchmark_id": "b.track_it",
            "params_str": "{}",
            "profile_path": "None",
            "result_file": str(tmp_path / "result"),
            "cwd": str(tmp_path),
        }
        return servers[0].run(ask, timeout)

    yield run
    servers[0].close()


def _has_ended(pid: int) -> bool:
    """Whether nothing of it runs: read from /proc, not as the code under test finds out."""
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


def test_output_and_status(bench: Bench) -> None:
    output, status = bench("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    assert {"out", "err"} <= set(output.split())
    assert status != 0
    assert bench("print('again')") == ("again\n", 0)


def test_what_a_finished_benchmark_left_is_killed(bench: Bench) -> None:
    output, status = bench(_LEAVES_A_CHILD)
    assert status == 0
    assert _has_ended(int(output))


def test_a_hung_benchmark_that_keeps_talking_is_stopped(bench: Bench, tmp_path: Path) -> None:
    code = (
        f"{_LEAVES_A_CHILD}open('pid', 'w').write(str(p.pid))\n"
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "while True: print('progress', flush=True)"
    )
    _, status = bench(code, timeout=3)
    assert status == benchmark_server.TIMEOUT
    assert _has_ended(int((tmp_path / "pid").read_text()))


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
        "open('semaphore', 'wb').write(p.stdout.readline())\n"
        "time.sleep(600)\n"
    )
    _, status = bench(code, timeout=5)
    assert status == benchmark_server.TIMEOUT
    semaphore = (tmp_path / "semaphore").read_text().strip()
    assert semaphore.startswith("/dev/shm/sem.mp-")
    assert not Path(semaphore).exists()
    assert not (tmp_path / "work" / "clusters").exists()


def test_a_server_that_was_killed_says_what_to_do(bench: Bench) -> None:
    with pytest.raises(
        benchmark_server.ServerLost, match=r"gone.*it was killed.*memory.*run the same"
    ):
        bench("import os, signal; os.kill(os.getppid(), signal.SIGKILL)")


def test_a_server_that_cannot_start_says_why() -> None:
    with pytest.raises(benchmark_server.ServerLost, match="No module named"):
        benchmark_server.Server([sys.executable, "-m", "no_such_module"], dict(os.environ))


def test_a_server_that_is_slow_to_listen_is_waited_for() -> None:
    code = (
        "import json, socket, struct, sys, time\n"
        "s = socket.socket(socket.AF_UNIX); time.sleep(0.3)\n"
        "s.bind(sys.argv[-1]); time.sleep(0.5)\n"
        "s.listen(); connection, _ = s.accept(); connection.recv(1000)\n"
        "connection.sendall(struct.pack('<Q', 2) + b'\"\"'); time.sleep(60)\n"
    )
    server = benchmark_server.Server([sys.executable, "-c", code], dict(os.environ))
    assert server.alive
    server.close()


def test_folders_of_a_killed_tracker_are_removed() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    names = {pid: tempfile.mkdtemp(prefix=f"gwas-run-{pid}-") for pid in (gone.pid, os.getpid())}
    benchmark_server.kill_orphans()
    assert not Path(names[gone.pid]).exists()
    Path(names[os.getpid()]).rmdir()  # of a tracker that runs: it stays
