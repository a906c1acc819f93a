"""Every measured point of the study as a plain row: what, on which data, how long, with what."""

from __future__ import annotations

import ast
import functools
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asv.results import Results, iter_results

from datasets import catalogue
from tools.results import stored
from tools.results.series_key import SeriesKey, parameter_sets
from tools.study.analysis import estimates, reducers

AXES = (
    "scaling", "sharding", "caching", "hyperparameters", "filtering",
    "distributed", "distributed_cold", "survival",
)  # fmt: skip
TASKS = ("allele_frequency", "hardy_weinberg", "ld_prune", "pca", "association")
TOOLS = ("sgkit", "hail", "plink")

_TASK_OF = {"n_components": "pca", "r2": "ld_prune", "window": "ld_prune"}  # by hyperparameter

# by machine, commit, stack and series
Origins = Mapping[tuple[str, str, str, str], Mapping[str, Any]]


@dataclass(frozen=True)
class Measurement:
    """One value that asv has stored, with its samples and its origin."""

    experiment: str  # the benchmark's module: one of AXES, or a task's own
    tool: str
    metric: str
    axes: Mapping[str, Any]  # asv's parameters, `task`, and the size of the data set
    value: float  # by the study's rule where there are enough samples; nan where it failed
    median: float  # asv's own
    samples: tuple[float, ...]
    kept: tuple[float, ...]  # the samples after those that the rule drops as the first
    reducer: str
    unit: str
    release: str
    stack: str
    machine: str
    commit: str
    date: int  # of the commit
    shown: str  # as asv's --bench is matched with: module.Class.metric('pca', 1)
    origin: Mapping[str, Any] = field(default_factory=dict)  # its line of the provenance
    worth: float = estimates.WORTH  # a ratio to it that is nearer to 1 may be noise: repeats.py

    @property
    def condition(self) -> tuple[Any, ...]:
        """What was measured and under what: equal for the same point of another release."""
        return self.experiment, self.metric, *sorted(self.axes.items())


@dataclass
class Measurements:
    """What one machine has measured, and what asv knows of the benchmarks."""

    machine: Mapping[str, Any]  # asv's facts about it, and `physical_cores`
    points: list[Measurement]
    failed: list[Measurement]
    declared: Mapping[str, Mapping[str, Any]]  # asv's benchmarks.json


def read(results_dir: Path, machine: str | None = None) -> Measurements:
    """The results of a machine: the one named, or the one with most points of the axes."""
    declared = _json(results_dir / "benchmarks.json")
    declared = {name: entry for name, entry in declared.items() if isinstance(entry, dict)}
    sets = {name: list(parameter_sets(entry)) for name, entry in declared.items()}
    origins = _origins(results_dir)
    found = [
        point
        for result in (iter_results(str(results_dir)) if declared else ())
        for point in _points(result, declared, sets, origins)
    ]
    counts = Counter(point.machine for point in found if point.experiment in AXES)
    chosen = machine or max(counts, key=lambda name: (counts[name], name), default="")
    own = [point for point in found if point.machine == chosen]
    cores = [point.origin["physical_cores"] for point in own if "physical_cores" in point.origin]
    facts = _json(results_dir / chosen / "machine.json") if chosen else {}
    facts["physical_cores"] = max(cores, default=int(facts.get("num_cpu") or 0))
    return Measurements(
        facts,
        [point for point in own if math.isfinite(point.value)],
        [point for point in own if not math.isfinite(point.value)],
        declared,
    )


def _points(
    result: Results,
    declared: Mapping[str, Mapping[str, Any]],
    sets: Mapping[str, list[dict[str, str]]],
    origins: Origins,
) -> Iterator[Measurement]:
    """The points of one result file; what was not measured or does not apply gives none."""
    stack = str(result.params.get("stack", ""))
    machine = str(result.params.get("machine", ""))
    for name in sorted(result.get_result_keys(declared)):  # a set: downloads keep one order
        entry = declared[name]
        module, cls, metric = name.rsplit(".", 2) if name.count(".") >= 2 else ("", "", "")
        # of the task modules what is counted: their timings, of every commit, are the tracker's
        wanted = module in AXES or (module in TASKS and metric.startswith("track_"))
        if cls.lower() not in TOOLS or not wanted:
            continue
        values = result.get_result_value(name, entry["params"])
        samples = result.get_result_samples(name, entry["params"])
        for place, value in enumerate(values):
            if value is not None and math.isnan(value):
                continue  # not run, or not applicable here
            median = math.nan if value is None else value
            taken = tuple(samples[place] or ())
            reduced = reducers.reduce(taken, name) if taken else None
            first = reducers.rule_for(name).first if _by_study(reduced) else 0
            key = machine, result.commit_hash, stack, str(SeriesKey.of(name, sets[name][place]))
            origin = origins.get(key, {})
            yield Measurement(
                experiment=module,
                tool=cls.lower(),
                metric=metric,
                axes=_axes(module, sets[name][place], origin),
                value=reduced.value if reduced else median,
                median=median,
                samples=taken,
                kept=taken[first:],
                reducer=reduced.reducer if reduced else "",
                unit=entry.get("unit", ""),
                release=_release(cls.lower(), result, origin),
                stack=stack,
                machine=machine,
                commit=result.commit_hash,
                date=result.date,
                shown=f"{name}({', '.join(sets[name][place].values())})",
                origin=origin,
            )


def _by_study(reduced: reducers.Reduced | None) -> bool:
    return reduced is not None and reduced.reducer == reducers.STUDY


def _release(tool: str, result: Results, origin: Mapping[str, Any]) -> str:
    if tool == "plink":
        return "1.9"  # a program of the machine, whichever commit it ran beside
    return str(origin.get("version") or result.commit_hash[:8])


def _axes(module: str, parameters: Mapping[str, str], origin: Mapping[str, Any]) -> dict[str, Any]:
    """asv's parameters as values; the task, the hyperparameter and the size of the data named."""
    axes = {name: ast.literal_eval(text) for name, text in parameters.items()}
    if module in TASKS:
        axes["task"] = module
    if module == "filtering":
        axes["task"] = "hardy_weinberg"
    if "setting" in axes:
        name, _, text = axes.pop("setting").partition("=")
        number = float(text) if "." in text else int(text)
        axes |= {"hyperparameter": name, name: number, "task": _TASK_OF[name]}
    if "data" in axes:
        held = origin.get("data") or _catalogued().get(axes["data"], {})
        axes |= {name: held[name] for name in ("n_samples", "n_variants") if name in held}
    return axes


@functools.cache
def _catalogued() -> dict[str, dict[str, int]]:
    return {
        name: {"n_samples": spec.n_samples, "n_variants": spec.variants}
        for name, spec in catalogue.load().items()
    }


def _origins(results_dir: Path) -> Origins:
    """The last line of the provenance of each machine, commit, stack and series."""
    return {
        (machine, line["commit"], line["stack"], line["benchmark"]): line
        for machine, line in stored.provenance(results_dir)
    }


def _json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
