"""A made project that `asv publish` takes: git histories, an asv configuration, results."""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from asv_runner.statistics import compute_stats

from tools.common.paths import ROOT

DAY = 86_400
START = 1_600_000_000
AUTHOR = "Ada 'Example' \"onclick=1 &lt;b&gt;"  # to be shown as it is
METRICS = {
    "time_compute": {"unit": "seconds", "direction": "lower", "summary": "Compute only."},
    "time_end_to_end": {"unit": "seconds", "direction": "lower", "summary": "With files."},
    "time_first_call": {"unit": "seconds", "direction": "lower", "summary": "With compilation."},
    "peakmem_tree": {"unit": "bytes", "direction": "lower", "summary": "Peak memory."},
    "track_throughput": {"unit": "variants/s", "direction": "higher", "summary": "Per second."},
}
COLUMNS = [
    "result", "params", "version", "started_at", "duration", "stats_ci_99_a", "stats_ci_99_b",
    "stats_q_25", "stats_q_75", "stats_number", "stats_repeat", "samples", "profile",
]  # fmt: skip

Value = Callable[[str, int], float]  # of (tool, number of the commit on its branch)


@dataclass
class Benchmark:
    """One benchmark: its name, and the true value at each commit for each data set."""

    name: str
    value: Value
    data: Sequence[str] = ("'smoke'", "'1kg-sites'")
    noise: float = 0.01
    samples: int = 8  # 0: a value without samples, such as a count
    absent: Sequence[str] = ()  # those of `data` that are not there, so n/a


@dataclass
class Project:
    """A folder with all that `asv publish` reads."""

    root: Path
    commits: dict[str, list[str]] = field(default_factory=dict)  # oldest first

    @property
    def html(self) -> Path:
        return self.root / "html"

    def environment(self) -> dict[str, str]:
        """Paths for asv and its plugins; neither this checkout's cache nor its mirror is used."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "GWAS_CACHE": str(self.root / "cache"),
            "HOME": str(self.root),
        }

    def publish(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run the real `asv publish` on this project."""
        command = [sys.executable, "-m", "asv", "publish", "--config", "asv.conf.json"]
        command += arguments
        return subprocess.run(
            command,
            cwd=self.root,
            env={**self.environment(), **extra},
            capture_output=True,
            text=True,
            timeout=600,
        )


def make(
    root: Path,
    histories: Mapping[str, Sequence[str]],
    releases: Mapping[str, Mapping[int, str]],
    *,
    metrics: Mapping[str, object] | None = None,
) -> Project:
    """A project with a git history for each tool: `histories` has the subjects, oldest first."""
    project = Project(root)
    root.mkdir(parents=True, exist_ok=True)
    tables = []
    for number, (tool, subjects) in enumerate(histories.items()):
        git = root / "upstream" / tool
        make_history(git, tool, subjects, releases[tool], START + number * DAY // 3)
        listing = _git(git, "rev-list", "--reverse", "main").split()
        project.commits[tool] = listing
        tables.append(
            f'[{tool}]\npackage = "{tool}"\ngit = "{git}"\nbranch = "main"\nsource = "git"\n'
            f'build = "source"\nfirst = "0.0.1"\nclasses = ["{tool}", "plink"]\n\n'
            f"[{tool}.links]\n"
            f'commit = "https://example.org/{tool}/commit/{{hash}}"\n'
            f'compare = "https://example.org/{tool}/compare/{{old}}...{{new}}"\n'
            f'release = "https://example.org/{tool}/releases/{{version}}"\n'
            f'pull_request = "https://example.org/{tool}/pull/{{number}}"\n'
        )
    (root / "upstreams.toml").write_text("\n".join(tables))
    (root / "benchmarks").mkdir()
    (root / "benchmarks" / "metrics.json").write_text(json.dumps(metrics or METRICS))
    configuration = json.loads((ROOT / "asv.conf.json").read_text())
    configuration |= {
        "branches": list(histories),
        "environment_type": "virtualenv",
    }
    (root / "asv.conf.json").write_text(json.dumps(configuration))
    return project


def make_history(
    path: Path, tool: str, subjects: Sequence[str], releases: Mapping[int, str], start: int
) -> None:
    """A linear git history, one commit a day, some of them tagged as releases."""
    subprocess.run(["git", "init", "--quiet", "--bare", path], check=True)
    stream = []
    for number, subject in enumerate(subjects):
        text = subject.encode()
        stream += [
            b"commit refs/heads/main\n",
            f"mark :{number + 1}\n".encode(),
            f"author {AUTHOR} <a@example.org> {start + number * DAY} +0000\n".encode(),
            f"committer C <c@example.org> {start + number * DAY} +0000\n".encode(),
            b"data %d\n%s\n" % (len(text), text),
            f"M 644 inline {tool}.txt\ndata {len(str(number))}\n{number}\n".encode(),
        ]  # fmt: skip
    for number, version in releases.items():
        stream.append(f"reset refs/tags/{version}\nfrom :{number + 1}\n".encode())
    subprocess.run(
        ["git", "-C", path, "fast-import", "--quiet"], input=b"".join(stream), check=True
    )


def add_results(
    project: Project,
    measured: Mapping[str, Sequence[int]],
    benchmarks: Sequence[Benchmark],
    *,
    machine: str = "box",
    stacks: Sequence[str] = ("frozen",),
    seed: int = 1,
) -> int:
    """Write a result file for each measured commit and stack; the number of files."""
    results = project.root / "results"
    folder = results / machine
    folder.mkdir(parents=True, exist_ok=True)
    described = {"machine": machine, "os": "Linux", "arch": "x86_64", "cpu": "", "ram": "16"}
    (folder / "machine.json").write_text(json.dumps({**described, "num_cpu": "2", "version": 1}))
    listing: dict[str, object] = {"version": 2}
    for one in benchmarks:
        metric = one.name.rsplit(".", 1)[-1]
        listing[one.name] = {
            "name": one.name, "type": metric.partition("_")[0], "unit": METRICS[metric]["unit"],
            "params": [list(one.data)], "param_names": ["data"], "version": "1", "code": "",
        }  # fmt: skip
    (results / "benchmarks.json").write_text(json.dumps(listing))
    chance = random.Random(seed)
    written = 0
    for tool, numbers in measured.items():
        for number in numbers:
            for stack in stacks:
                _write_result(project, folder, tool, number, stack, described, benchmarks, chance)
                written += 1
    return written


def _write_result(
    project: Project,
    folder: Path,
    tool: str,
    number: int,
    stack: str,
    described: Mapping[str, str],
    benchmarks: Sequence[Benchmark],
    chance: random.Random,
) -> None:
    commit = project.commits[tool][number]
    rows = {}
    for one in benchmarks:
        implementation = one.name.split(".")[-2].lower()
        if implementation in project.commits and implementation != tool:
            continue
        if math.isnan(one.value(tool, number)):
            continue
        columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
        for scale, data in enumerate(one.data, start=1):
            true = math.nan if data in one.absent else one.value(tool, number) * scale
            samples = [true * (1 + chance.gauss(0, one.noise)) for _ in range(one.samples)]
            value, stats = compute_stats(samples, 1) if samples else (true, {})
            columns["result"].append(value)
            columns["samples"].append(samples or None)
            for key in ("ci_99_a", "ci_99_b", "q_25", "q_75", "number", "repeat"):
                columns[f"stats_{key}"].append(stats.get(key))
        row: dict[str, object] = {
            **columns, "params": [list(one.data)], "version": "1",
            "started_at": (START + 400 * DAY) * 1000, "duration": 1.5, "profile": None,
        }  # fmt: skip
        if not one.samples:
            row |= {name: None for name in COLUMNS if name.startswith(("stats", "samples"))}
        rows[one.name] = [row[name] for name in COLUMNS]
    result = {
        "commit_hash": commit, "env_name": f"per-commit-{stack}",
        "date": _date(project, tool, number),
        "params": {**described, "num_cpu": "2", "stack": stack}, "python": "auto",
        "requirements": {}, "env_vars": {}, "result_columns": COLUMNS, "results": rows,
        "durations": {}, "version": 2,
    }  # fmt: skip
    (folder / f"{commit[:8]}-per-commit-{stack}.json").write_text(json.dumps(result))


def _date(project: Project, tool: str, number: int) -> int:
    return (START + list(project.commits).index(tool) * DAY // 3 + number * DAY) * 1000


def _git(path: Path, *args: str) -> str:
    done = subprocess.run(["git", "-C", path, *args], check=True, capture_output=True, text=True)
    return done.stdout.strip()
