"""Nights over a made upstream whose tasks really compute: each planted change is told of once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
UPSTREAMS = """
[toy]
package = "toy"
git = "{git}"
branch = "main"
source = "git"
build = "source"
first = "0.1"
classes = ["toy"]

[toy.frozen]
python = "{python}"
exclude_newer = 2026-01-01
requirements = ["numpy"]
"""
PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "toy"
version = "0.1"
[tool.setuptools]
packages = ["toy"]
"""
MODULE = '''
steps = 0


def compute():
    """Work of {size} steps, which are counted."""
    global steps
    total = 0
    for number in range({size}):
        total += number * number
        steps += 1
    return total
'''
BENCHMARK = '''
"""The made task. Its clock counts steps, and is 2 % off: no other work disturbs it."""

import random


def clock():
    import toy

    noise, toy.steps = random.gauss(1, 0.02) * toy.steps, 0
    clock.now += noise / 1e6
    return clock.now


clock.now = 0.0


class Toy:
    timer = staticmethod(clock)
    number = 1
    rounds = 1
    repeat = 10
    warmup_time = 0.01

    def time_compute(self):
        import toy

        return toy.compute()


Toy.time_compute.unit = "seconds"
'''
SIZE = 10_000


class Upstream:
    """A git repository whose task takes as long as it is told to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "toy").mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch", "main")
        (path / "pyproject.toml").write_text(PROJECT)
        self.count = 0

    def git(self, *args: str) -> str:
        identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
        command = ["git", "-C", str(self.path), *identity, *args]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, factor: float, *, broken: bool = False) -> str:
        self.count += 1
        text = MODULE.format(size=int(SIZE * factor)) + f"\n# {self.count}\n"
        (self.path / "toy" / "__init__.py").write_text(text)
        (self.path / "pyproject.toml").write_text("[broken" if broken else PROJECT)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"Change {self.count} <b>&")
        return self.git("rev-parse", "HEAD")


@pytest.fixture(scope="module")
def toy(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Upstream:
    upstream = Upstream(tmp_path_factory.mktemp("upstream") / "toy")
    upstream.commit(1)
    upstream.git("tag", "0.1")
    text = UPSTREAMS.format(git=upstream.path, python=PYTHON)
    (checkout / "upstreams.toml").write_text(text)
    conf = json.loads((checkout / "asv.conf.json").read_text())
    (checkout / "asv.conf.json").write_text(json.dumps({**conf, "branches": ["toy"]}))
    (checkout / "benchmarks" / "toy_task.py").write_text(BENCHMARK)
    return upstream


def test_a_week(checkout: Path, toy: Upstream, command: Callable) -> None:
    """A slow-down, an improvement, a commit that does not build, and quiet nights."""

    def night() -> str:
        done = command(
            "python", "-m", "tools", "nightly", "--hours", "0.2", "--bench", "toy_task",
            "--site", "https://perf.example.org",
        )  # fmt: skip
        assert done.returncode in (0, 10, 11), done.stdout + done.stderr
        assert "warning" not in done.stdout, done.stdout
        return f"{done.returncode}\n{done.stdout}"

    def told(output: str) -> list[str]:
        return [line for line in output.splitlines() if line.startswith("subject  ")]

    for _ in range(5):
        toy.commit(1)
    first = night()
    assert first.startswith("0\n"), first
    slower = toy.commit(3)
    toy.commit(3)
    second = night()
    assert second.startswith("10\n"), second
    assert slower in second
    toy.commit(1, broken=True)
    faster = toy.commit(1.5)
    toy.commit(1.5)
    third = night()
    assert third.startswith("11\n"), third
    assert f"..{faster[:8]}" in third  # the one before it does not build: a range
    assert slower not in third
    toy.commit(1.5)
    fourth = night()
    assert fourth.startswith("0\n"), fourth
    assert len(told(second)) == 1
    listed = command("python", "-m", "tools", "alerts", "list")
    assert listed.stdout.count("confirmed") == 2, listed.stdout
    feed = (checkout / "html" / "alerts.xml").read_text()
    assert feed.count("<entry>") == 2
    assert "https://perf.example.org/alerts.html?event=1" in feed
