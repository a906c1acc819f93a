"""Seconds and memory to read and publish a history of 24,000 result files.

    python -m tests.site.publish_speed [--files 24000] [--asv]

Makes three histories in a temporary folder, with result files of 40 benchmarks with four data
sets each on two stacks: 320 series. Each line is one process tree: its CPU seconds (which other
work on the machine hardly changes), its wall time and the largest sum of its processes' memory.
`--asv` publishes the same files with asv's own code, which takes minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from tests.site import made_site
from tests.site.made_site import Benchmark, Project

TASKS = ["allele_frequency", "hardy_weinberg", "ld_prune", "pca", "association"]
METRICS = ["time_compute", "time_first_call", "peakmem_tree", "time_end_to_end"]
TOOLS = {"sgkit": 1500, "hail": 400, "dask": 6000}  # commits on each branch, about as they are
STACKS = ("frozen", "dated")
DATA = ("'smoke'", "'1kg-sites'", "'sim-2504-10k'", "'sim-2504-100k'")
BENCHMARKS = [
    Benchmark(f"{task}.{cls}.{metric}", lambda _, n: 1.0 if n < 200 else 1.4, DATA)
    for task in TASKS
    for cls in ("Sgkit", "Hail")
    for metric in METRICS
]
PUBLISH = ["-m", "asv", "publish", "--config", "asv.conf.json", "--no-pull"]
READ = ["-m", "tests.site.publish_speed", "--read"]


def main() -> None:
    """Make the project and measure each command on it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=24_000, help="result files (default 24000)")
    parser.add_argument("--asv", action="store_true", help="publish with asv's own code too")
    parser.add_argument("--read", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.read:
        read()
        return
    with tempfile.TemporaryDirectory(prefix="gwas-publish-") as folder:
        project, files = make(Path(folder) / "project", args.files)
        print(f"{files} result files")
        print(f"{'':36}{'CPU':>8}{'wall':>9}{'memory':>10}")
        new = project.commits["sgkit"]
        report("night's reading, nothing cached", project, READ)
        report("night's reading, unchanged", project, READ)
        made_site.add_results(project, {"sgkit": [len(new) - 1]}, BENCHMARKS, stacks=STACKS)
        report("night's reading, one new commit", project, READ)
        for path in (project.root / "cache").glob("results/*"):
            path.unlink()
        report("publish, nothing cached", project, PUBLISH)
        report("publish, unchanged", project, PUBLISH)
        made_site.add_results(project, {"sgkit": [len(new) - 2]}, BENCHMARKS, stacks=STACKS)
        report("publish, one new commit", project, PUBLISH)
        if args.asv:
            path = project.root / "asv.conf.json"
            own = {"plugins": [".tools.upstreams.asv_repo"]}
            path.write_text(json.dumps(json.loads(path.read_text()) | own))
            report("publish by asv", project, PUBLISH)


def read() -> None:
    """What a night reads, several times."""
    from asv.config import Config

    from tools.nightly.history import History

    conf = Config.load("asv.conf.json")
    assert History.read(conf, list(TOOLS)).series


def make(root: Path, files: int) -> tuple[Project, int]:
    """The project with about so many result files; the two newest commits are not measured."""
    commits = files // (len(STACKS) * len(TOOLS))
    counts = {tool: max(count, commits + 2) for tool, count in TOOLS.items()}
    histories = {
        tool: [f"Change {n} (#{n})" for n in range(count)] for tool, count in counts.items()
    }
    tags = {
        tool: {count * n // 100: f"1.{n}.0" for n in range(100)} for tool, count in counts.items()
    }
    project = made_site.make(root, histories, tags)
    measured = {
        tool: [(count - 2) * n // commits for n in range(commits)]
        for tool, count in counts.items()
    }
    return project, made_site.add_results(project, measured, BENCHMARKS, stacks=STACKS)


def report(what: str, project: Project, arguments: Sequence[str]) -> None:
    """Run Python with these arguments in the project and print what it took."""
    started, before = time.perf_counter(), os.times()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=project.root,
            env=project.environment(),
            stdout=output,
            stderr=output,
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(0.05)
        wall, after = time.perf_counter() - started, os.times()
        if process.returncode:
            output.seek(0)
            sys.exit(f"{what} failed:\n{output.read().decode()}")
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    print(f"{what:36}{cpu:6.1f} s{wall:7.1f} s{peak / 1e6:7.0f} MB", flush=True)


def _memory(pid: int) -> int:
    """Bytes of a process and all below it."""
    total = 0
    try:
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.Error:  # it ended meanwhile
        pass
    return total


if __name__ == "__main__":
    main()
