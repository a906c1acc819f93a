"""The study's points as one typed table: what was measured, on which data, how long, with what."""

from __future__ import annotations

import ast
import functools
import importlib
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from asv.results import Results
from asv.util import UserError

from benchmarks._harness import registry
from benchmarks.hyperparameters import TASK
from datasets import catalogue
from tools.execution import provenance, suite
from tools.execution.asv_run import environment
from tools.results import stored
from tools.results import table as results_table
from tools.results.asv_reading import machine_facts, warn_once
from tools.results.series_key import SeriesKey, parameter_sets, tool_class
from tools.study.analysis import ratios, reducers, reference

EXPERIMENTS = (
    "scaling", "sharding", "caching", "hyperparameters", "filtering",
    "distributed", "distributed_cold", "survival",
)  # fmt: skip
_TASKS = "scaling"  # what the modules of the tasks measure, at the same axes
_NEWEST = 3  # files of a tool on a stack and machine, of those with the tasks' modules only
# errors that values of a wrong kind cause
_WRONG = (ValueError, TypeError, LookupError, AttributeError, SyntaxError)
_TEXT, _WHOLE, _NUMBER = pl.String(), pl.Int64(), pl.Float64()
# what can differ between two points of one tool and metric; null where it does not apply
AXES: dict[str, pl.DataType] = {
    "task": _TEXT, "data": _TEXT, "n_samples": _WHOLE, "n_variants": _WHOLE, "cores": _WHOLE,
    "nodes": _WHOLE, "layout": _TEXT, "chunks": _TEXT, "partitions": _TEXT, "cache": _TEXT,
    "settings": _TEXT, "trouble": _TEXT, "hyperparameter": _TEXT, "n_components": _WHOLE,
    "r2": _NUMBER, "window": _WHOLE, "calls": _TEXT,
}  # fmt: skip
_ORIGIN: dict[str, pl.DataType] = {  # columns by the names of the provenance
    "lock": _TEXT, "python": _TEXT, "java": _TEXT, "installed": _TEXT, "load": _NUMBER,
    "others": _NUMBER, "governor": _TEXT, "physical_cores": _WHOLE, "tracker": _TEXT,
}  # fmt: skip
PROGRAMS = list(registry.programs())
SCHEMA: dict[str, pl.DataType] = {
    "experiment": _TEXT,  # the benchmark's module: one of EXPERIMENTS; _TASKS for a task's
    "tool": _TEXT,
    "metric": _TEXT,
    **AXES,
    "release": _TEXT,
    "stack": _TEXT,
    "value": _NUMBER,  # by the study's rule where there are enough samples; NaN where it failed
    "unit": _TEXT,
    "reducer": _TEXT,
    "median": _NUMBER,  # asv's own
    "samples": pl.List(pl.Float64()),
    "kept": pl.List(pl.Float64()),  # without the first ones, if the study's rule drops them
    "machine": _TEXT,
    "commit": _TEXT,
    "date": _WHOLE,  # of the commit
    "benchmark": _TEXT,  # as asv's --bench matches it: module.Class.metric('pca', 1)
    "measured_at": _TEXT,
    "seconds_in_all": _NUMBER,
    "data_sha256": _TEXT,
    **_ORIGIN,
    "command": _TEXT,  # measures the point again
    "noise_floor": _NUMBER,  # a ratio nearer to 1 may be noise: noise_floor.py
}


@dataclass
class Measurements:
    """What one machine has measured, and the benchmarks."""

    machine: Mapping[str, Any]  # asv's facts about it, and `physical_cores`
    points: pl.DataFrame  # SCHEMA, with the interval `low`, `high` of each value
    failed: pl.DataFrame  # SCHEMA
    benchmarks: Mapping[str, Mapping[str, Any]]  # those of the study, as in asv's benchmarks.json


def table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows with columns of SCHEMA as the typed table, with an `id` and the intervals of values.

    A value of another type than its column's is null.
    """
    columns = (
        pl.Series(name, [row.get(name) for row in rows], kind, strict=False)
        for name, kind in SCHEMA.items()
    )
    floor = pl.col("noise_floor").fill_null(ratios.LEAST_NOISE_FLOOR)
    return ratios.with_interval(pl.DataFrame(columns).with_row_index("id").with_columns(floor))


def read(results_dir: Path, machine: str | None = None) -> Measurements:
    """The results of a machine: the named one, or the one with most points.

    The newest releases' results of the tasks' own modules are points too, as of `scaling`, where
    that module has none: so the demo, or the first night, gives something to show.
    """
    is_listed = (results_dir / "benchmarks.json").exists()
    listed = suite.of_last_run(results_dir) if is_listed else {}
    of_study = {
        name: entry
        for name, entry in listed.items()
        if name.split(".")[0] in (*EXPERIMENTS, *registry.TASKS)
        and tool_class(name) in registry.TOOLS
    }
    benchmarks = {name: entry for name in of_study if (entry := _as_here(of_study[name]))}
    points = _without_repeats(
        table([point for file in _files(results_dir) for point in _points(*file, benchmarks)])
    )
    if machine is None and not points.is_empty():
        counts = points.group_by("machine").len().sort("len", "machine")
        machine = str(counts["machine"][-1])
    own = points.filter(machine=machine or "")
    facts = machine_facts(str(results_dir / machine / "machine.json")) if machine else {}
    cores = str(facts.get("num_cpu"))
    facts["physical_cores"] = own["physical_cores"].max() or (
        int(cores) if cores.isdecimal() else 0
    )
    is_number = pl.col("value").is_finite()
    return Measurements(facts, own.filter(is_number), own.filter(~is_number), benchmarks)


def _without_repeats(points: pl.DataFrame) -> pl.DataFrame:
    """The points, without those of tasks' modules that `scaling` has too."""
    same = ["tool", "metric", *AXES, "release", "stack", "machine"]
    of_task = pl.col("benchmark").str.split(".").list.first().is_in(list(registry.TASKS))
    scaling = points.filter(~of_task, experiment=_TASKS)
    repeated = points.filter(of_task).join(scaling, on=same, how="semi", nulls_equal=True)
    return points.filter(~pl.col("id").is_in(repeated["id"].implode()))


def _as_here(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A listed benchmark with the parameter values that it has in this checkout.

    None where it has other parameters here, as in results of an older checkout; it is named.
    """
    module, cls, _ = entry["name"].split(".", 2)
    ours = getattr(importlib.import_module(f"benchmarks.{module}"), cls, None)
    if ours is None or list(entry["param_names"]) != list(ours.param_names):
        warn_once(f"the study leaves out {entry['name']}: it has other parameters here")
        return None
    return {**entry, "params": [[repr(value) for value in values] for values in ours.params]}


def _files(results_dir: Path) -> Iterator[tuple[Path, str]]:
    """The result files with points of the study, and the machine of each; no other is opened."""
    results = results_table.read(results_dir)
    module = pl.col("benchmark").cast(pl.String).str.split(".").list.first()

    def files_with(modules: Iterable[str]) -> pl.DataFrame:
        numbers = results.values.filter(module.is_in(list(modules))).select("number").unique()
        return results.readable.join(numbers.collect(), on="number", how="semi")

    studied = files_with(EXPERIMENTS)
    others = files_with(registry.TASKS).join(studied, on="number", how="anti")
    files = pl.concat([studied, _newest(results_dir, others)]).sort("file")
    for file, machine in files.select("file", "machine").iter_rows():
        yield results_dir / file, machine


def _newest(results_dir: Path, files: pl.DataFrame) -> pl.DataFrame:
    """The newest files of each tool's own commits, on each stack and machine."""
    counts: Counter[tuple[str, str, str]] = Counter()
    kept = []
    for row in files.sort("date", descending=True).iter_rows(named=True):
        machine, env = row["machine"], row["env_name"]
        path = stored.provenance_path(results_dir, machine, row["commit"], env)
        line: Mapping[str, Any] = next(stored.provenance_of(path, row["commit"]), {})
        key = (machine, env, str(line.get("tool")))
        if key[2] in registry.TOOLS and counts[key] < _NEWEST:
            counts[key] += 1
            kept.append(row["number"])
    return files.filter(pl.col("number").is_in(kept))


def _points(
    path: Path, machine: str, benchmarks: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """The points of one result file; a benchmark that is not as the study's gives none."""
    try:
        result = Results.load(str(path), machine_name=machine)
    except (UserError, FileNotFoundError) as error:
        warn_once(str(error))
        return
    stack = str(result.params.get("stack", ""))
    lines = stored.provenance_of(
        stored.provenance_path(path.parents[1], machine, result.commit_hash, result.env_name),
        result.commit_hash,
    )
    origins = {line["benchmark"]: line for line in lines if line["stack"] == stack}
    for name in sorted(result.get_result_keys(benchmarks)):  # a set: downloads keep one order
        try:
            yield from list(_points_of(benchmarks[name], result, machine, stack, origins))
        except _WRONG as error:
            warn_once(f"{path.name}: the study leaves out {name}: {error!r}")


def _points_of(
    benchmark: Mapping[str, Any],
    result: Results,
    machine: str,
    stack: str,
    origins: Mapping[str, Mapping[str, Any]],
) -> Iterator[dict[str, Any]]:
    """The points of one benchmark; what was not measured or does not apply gives none.

    `origins` are the lines of provenance by series.
    """
    name = benchmark["name"]
    module, cls, metric = name.split(".")
    experiment = _TASKS if module in registry.TASKS else module
    values = result.get_result_value(name, benchmark["params"])
    all_samples = result.get_result_samples(name, benchmark["params"])
    stored_sets = set(itertools.product(*result.get_result_params(name)))
    for parameters, value, samples in zip(
        parameter_sets(benchmark), values, all_samples, strict=True
    ):
        is_stored = tuple(parameters.values()) in stored_sets
        if not is_stored or (value is not None and math.isnan(value)):
            continue  # not run, or not applicable here
        median = math.nan if value is None else value
        reduced = reducers.Reduced(median, "", ())
        if samples:
            reduced = reducers.reduce(samples, experiment)
        origin = origins.get(str(SeriesKey.of(name, parameters)), {})
        shown = f"{name}({', '.join(parameters.values())})"
        axes = {**_axes(experiment, parameters, origin), **_task(module)}
        yield {
            "experiment": experiment,
            "tool": cls.lower(),
            "metric": metric,
            **axes,
            "release": _release(cls.lower(), result, origin),
            "stack": stack,
            "value": reduced.value,
            "reducer": reduced.reducer,
            "median": median,
            "samples": samples or (),
            "kept": reduced.kept,
            "unit": benchmark.get("unit", ""),
            "machine": machine,
            "commit": result.commit_hash,
            "date": result.date,
            "benchmark": shown,
            "measured_at": origin.get("at"),
            "seconds_in_all": origin.get("seconds"),
            "data_sha256": _data(axes.get("data"), origin).get("sha256"),
            **{column: origin.get(column) for column in _ORIGIN},
            "command": f'{_run(result.commit_hash, stack, origin)} --bench "^{re.escape(shown)}$"',
        }


def _release(tool: str, result: Results, origin: Mapping[str, Any]) -> str:
    if tool in PROGRAMS:  # the machine's, whichever commit it ran beside
        version = re.search(r"v(\d\S*)", str(origin.get("installed")))
        return reference.load().setting.releases.get(tool) or (version[1] if version else "")
    return str(origin.get("version") or result.commit_hash[:8])


def _task(module: str) -> dict[str, str]:
    return {"task": module} if module in registry.TASKS else {}


def _axes(experiment: str, parameters: Mapping[str, str], origin: Any) -> dict[str, Any]:
    """asv's parameters as values, with what their names imply: the task, the size of the data."""
    axes = {name: ast.literal_eval(text) for name, text in parameters.items()}
    if experiment == "filtering":
        axes["task"] = "hardy_weinberg"
    if experiment.startswith("distributed"):
        axes["cache"] = "cold" if experiment == "distributed_cold" else "warm"
    if "setting" in axes:
        name, _, text = axes.pop("setting").partition("=")
        axes |= {"hyperparameter": name, name: ast.literal_eval(text), "task": TASK[name]}
    if "data" in axes:
        data = origin.get("data") or _catalogued().get(axes["data"], {})
        axes |= {name: data[name] for name in ("n_samples", "n_variants") if name in data}
    return axes


@functools.cache
def _catalogued() -> dict[str, dict[str, int]]:
    return {
        name: {"n_samples": spec.n_samples, "n_variants": spec.variants}
        for name, spec in catalogue.load().items()
    }


def _data(name: str | None, origin: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data set's identity: as measured, or as it is prepared now if that was not kept."""
    return origin.get("data") or (provenance.identity(name) if name else None) or {}


def _run(commit: str, stack: str, origin: Mapping[str, Any]) -> str:
    """asv's command for the commit and the stack of a point."""
    tool, version = origin.get("tool"), origin.get("version")
    name = f"{tool}/{version}" if tool and version else commit[:8]
    return f".venv/bin/asv run '{name}^!' -E {environment(stack)} --record-samples"
