"""The peak of a process tree counts children and grandchildren."""

import subprocess
import sys
import time

from benchmarks._harness import memory

MEGABYTE = 2**20
HOLD = "import time; x = b'1' * {} ; time.sleep({})"


def test_watch_adds_up_the_tree():
    child = HOLD.format(60 * MEGABYTE, 1.0)
    code = (
        f"import subprocess, sys; x = b'1' * {40 * MEGABYTE}; "
        f"subprocess.call([sys.executable, '-c', {child!r}])"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    watch = memory.PeakMeter(process.pid)
    process.wait()
    assert 100 * MEGABYTE < watch.stop() < 180 * MEGABYTE


def test_a_peak_between_samples_is_seen():
    code = f"x = b'1' * {200 * MEGABYTE}; del x; import time; time.sleep(0.3)"
    process = subprocess.Popen([sys.executable, "-c", code])
    time.sleep(0.1)
    watch = memory.PeakMeter(process.pid)
    process.wait()
    assert watch.stop() > 200 * MEGABYTE


def test_the_last_look_is_at_the_end(monkeypatch):
    monkeypatch.setattr(memory, "_INTERVAL", 3600)
    with subprocess.Popen(
        [sys.executable, "-c", f"x = b'1' * {200 * MEGABYTE}; print('held', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        watch = memory.PeakMeter(process.pid)
        process.stdout.readline()
        assert watch.stop() > 200 * MEGABYTE
        process.communicate(b"\n")


def test_peak_of_a_program_without_that_of_who_started_it():
    ballast = b"1" * (300 * MEGABYTE)
    status, peak = memory.of_program([sys.executable, "-S", "-c", "raise SystemExit(3)"])
    assert status == 3
    assert peak < 100 * MEGABYTE < len(ballast)
