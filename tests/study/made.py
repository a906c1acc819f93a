"""Made results of the study in asv's own files, with known truth behind each value."""

from __future__ import annotations

import datetime
import importlib
import itertools
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asv.results import Results
from asv.runner import BenchmarkResult

from benchmarks._harness import metrics
from benchmarks._harness.registry import TASKS, TOOLS
from tools.results.series_key import SeriesKey
from tools.study.analysis.measurements import EXPERIMENTS, PROGRAMS

MACHINE = "box"
NOW = "2026-11-24T08:00:00+00:00"
SIZES = {"smoke": (2_000, 200), "sim-2504-2k": (2_000, 2504), "sim-2504-10k": (10_000, 2504),
         "sim-1k": (10_000, 1_000)}  # fmt: skip

# seconds, bytes or shares of (experiment, tool, metric, axes, release); None for not measured
Truth = Callable[[str, str, str, dict[str, Any], str], "float | None"]


@dataclass(frozen=True)
class Release:
    """A commit that was measured."""

    tool: str
    version: str
    stack: str
    day: int

    @property
    def commit(self) -> str:
        return (f"{self.day:02x}" + self.tool.encode().hex() + self.version.encode().hex()).ljust(
            40, "0"
        )[:40]


TODAY = (Release("sgkit", "0.10.0", "frozen", 20), Release("hail", "0.2.139", "frozen", 21))
STUDY = (Release("sgkit", "0.4.0", "study", 1), Release("hail", "0.2.85", "study", 2))


def declared() -> dict[str, dict[str, Any]]:
    """The benchmarks of this checkout as asv lists them."""
    found: dict[str, dict[str, Any]] = {}
    for module in (*EXPERIMENTS, *TASKS):
        imported = importlib.import_module(f"benchmarks.{module}")
        for cls in map(str.capitalize, TOOLS):
            if not hasattr(imported, cls):
                continue
            made = getattr(imported, cls)
            for metric, entry in metrics.DECLARED.items():
                if getattr(made, metric, None) is None:
                    continue
                name = f"{module}.{cls}.{metric}"
                found[name] = {
                    "name": name, "type": metric.partition("_")[0], "unit": entry["unit"],
                    "params": [[repr(value) for value in values] for values in made.params],
                    "param_names": list(made.param_names), "version": "1", "code": "",
                }  # fmt: skip
    return found


def write(
    results: Path,
    truth: Truth,
    releases: Sequence[Release] = (*TODAY, *STUDY),
    *,
    samples: int = 5,
    noise: float = 0.01,
    cores: int = 2,
    load: float = 0.5,
) -> None:
    """Write benchmarks.json, the machine, a result file a release, and their provenance."""
    benchmarks = declared()
    folder = results / MACHINE
    (folder / "provenance").mkdir(parents=True)
    described = {"machine": MACHINE, "os": "Linux", "arch": "x86_64", "cpu": "a CPU",
                 "ram": "16000000000", "num_cpu": str(cores)}  # fmt: skip
    (folder / "machine.json").write_text(json.dumps({**described, "version": 1}))
    (results / "benchmarks.json").write_text(json.dumps({"version": 2, **benchmarks}))
    (results / "locks").mkdir()
    chance = random.Random(1)
    for release in releases:
        environment = f"per-commit-pyauto-stack{release.stack}"
        requirements = {"stack": release.stack}
        found = Results(
            {**described, "python": "auto", **requirements}, requirements, release.commit,
            release.day * 86_400_000, "auto", environment, {},
        )  # fmt: skip
        lines = []
        for name, benchmark in benchmarks.items():
            module, cls, metric = name.split(".")
            if cls.lower() not in (release.tool, *PROGRAMS):
                continue
            values, taken = [], []
            for texts in itertools.product(*benchmark["params"]):
                axes = dict(zip(benchmark["param_names"], map(_plain, texts), strict=True))
                true = truth(module, cls.lower(), metric, axes, release.version)
                if true is None or true != true:
                    values.append(float("nan") if true is None else None)
                    taken.append(None)
                    continue
                timed = metric.startswith("time_")
                own = [true * (1 + chance.gauss(0, noise)) for _ in range(samples)]
                values.append(sorted(own)[samples // 2] if timed else true)
                taken.append(own if timed else None)
                key = SeriesKey.of(name, dict(zip(benchmark["param_names"], texts, strict=True)))
                line = _line(release, str(key), axes["data"], cores)
                if cls.lower() in PROGRAMS:
                    line["installed"] = f"{TOOLS[cls.lower()].version_prefix}0a1 64-bit"
                lines.append({**line, "load": load})
            if any(value is None or value == value for value in values):
                found.add_result(
                    benchmark,
                    BenchmarkResult(values, taken, [own and 1 for own in taken], 0, "", None),
                    started_at=datetime.datetime.fromisoformat(NOW),
                    record_samples=True,
                )
        found.save(str(results))
        (results / "locks" / f"lock{release.day}.txt").write_text("# python 3.11\nnumpy==1.26.4\n")
        path = folder / "provenance" / f"{release.commit[:8]}-{environment}.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def _plain(text: str) -> Any:
    return text.strip("'") if text.startswith("'") else int(text)


def _line(release: Release, series: str, data: str, cores: int) -> dict[str, Any]:
    variants, samples = SIZES.get(data, (1, 1))
    return {
        "benchmark": series, "at": NOW, "seconds": 10, "tool": release.tool,
        "commit": release.commit, "version": release.version, "stack": release.stack,
        "python": "3.11", "lock": f"lock{release.day}", "installed": "a.whl", "extra": [],
        "java": None, "governor": None, "physical_cores": cores, "tracker": "f" * 40,
        "data": {"name": data, "n_variants": variants, "n_samples": samples, "sha256": "a" * 64},
    }  # fmt: skip
