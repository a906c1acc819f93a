"""A made upstream whose task really computes, and the checkout that tracks it alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

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

[toy.links]
commit = "https://example.org/toy/commit/{{hash}}"
pull_request = "https://example.org/toy/pull/{{number}}"

[toy.alerts]
webhook = "GWAS_HOOK_TOY"

[toy.frozen]
python = "{python}"
exclude_newer = 2026-01-01
requirements = ["numpy"]

[operator]
webhook = "GWAS_HOOK_OPERATOR"
"""
PROJECT = """
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
[project]
name = "toy"
version = "0.1"
description = "A made tool"
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
"""The made task and its sentinel. Their clock counts steps, and is 2 % off.

So no other work on this machine disturbs it. How slow the machine is stands in a file.
"""

import random
from pathlib import Path

MACHINE = Path(__file__).with_name("machine.txt")


class Clock:
    """The time that the steps took which `holder` has counted since it was last read."""

    now = 0.0

    def __init__(self, holder):
        self.holder = holder

    def __call__(self):
        counted = self.holder()
        slower = float(MACHINE.read_text()) * random.gauss(1, 0.02)
        self.now += slower * counted.steps / 1e6
        counted.steps = 0
        return self.now


def toy():
    import toy  # which the sentinel's Python does not have

    return toy


class Timed:
    number = 1
    rounds = 1
    repeat = 10
    warmup_time = 0.01


class Toy(Timed):
    timer = Clock(toy)

    def time_compute(self):
        return toy().compute()


class Machine(Timed):
    steps = 0
    timer = Clock(lambda: Machine)

    def time_process_start(self):
        Machine.steps += 10_000  # whatever the commit


Toy.time_compute.unit = Machine.time_process_start.unit = "seconds"
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

    def commit(self, factor: float, *, broken: bool = False, text: str = MODULE) -> str:
        self.count += 1
        text = text.format(size=int(SIZE * factor)) + f"\n# {self.count}\n"
        (self.path / "toy" / "__init__.py").write_text(text)
        (self.path / "pyproject.toml").write_text("[broken" if broken else PROJECT)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"Change {self.count} <b>& (#{self.count})")
        return self.git("rev-parse", "HEAD")


def track(checkout: Path, folder: Path) -> Upstream:
    """Make the upstream in `folder`, with one release, and have `checkout` track nothing else."""
    upstream = Upstream(folder / "toy")
    upstream.commit(1.0)
    upstream.git("tag", "0.1")
    text = UPSTREAMS.format(git=upstream.path, python=PYTHON)
    (checkout / "upstreams.toml").write_text(text)
    conf = json.loads((checkout / "asv.conf.json").read_text())
    (checkout / "asv.conf.json").write_text(json.dumps({**conf, "branches": ["toy"]}))
    (checkout / "benchmarks" / "toy_task.py").write_text(BENCHMARK)
    (checkout / "benchmarks" / "machine.txt").write_text("1.0")
    return upstream
