"""A benchmark process ends in time, and nothing of its tree stays behind."""

import os
import sys
from pathlib import Path

import psutil

from tools.environments import runs

# a grandchild in a session of its own, as a JVM or a Dask worker may be
_LEAVES_A_CHILD = (
    "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', "
    "'import time; time.sleep(600)'], start_new_session=True); print(p.pid, flush=True)"
)


def python(code: str, timeout: float | None = 60) -> tuple[str, int]:
    return runs.run([sys.executable, "-c", code], dict(os.environ), None, timeout)


def test_output_and_status() -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    output, status = python(code)
    assert sorted(output.split()) == ["err", "out"]
    assert status == 3


def test_what_a_finished_benchmark_left_is_killed() -> None:
    output, status = python(_LEAVES_A_CHILD)
    assert status == 0
    assert not psutil.pid_exists(int(output))


def test_a_hung_benchmark_that_keeps_talking_is_stopped(tmp_path: Path) -> None:
    place = tmp_path / "pid"
    code = (
        f"{_LEAVES_A_CHILD}; open({str(place)!r}, 'w').write(str(p.pid))\n"
        "while True: print('progress', flush=True)"
    )
    _, status = python(code, timeout=5)
    assert status == runs.TIMEOUT
    assert not psutil.pid_exists(int(place.read_text()))
