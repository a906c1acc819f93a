"""asv's readers of results/, made safe: a wrong file or value costs only itself, and is named.

asv's commands end in a traceback at a file that is JSON but not what asv writes. Importing this
module replaces the functions of asv that read such files; asv has no other way.
"""

from __future__ import annotations

import datetime
import math
import os
from collections.abc import Callable, Iterator
from typing import Any

import asv.commands.compare
import asv.commands.show
import asv.results
from asv import util
from asv.console import log
from asv.results import Results

from tools.results.result_file import LARGEST_FILE, is_number, parameters_of

_LATEST = datetime.datetime(9999, 1, 1).timestamp() * 1000
_WRONG = (ValueError, TypeError, LookupError, AttributeError, OverflowError)
_QUANTILES = ("ci_99_a", "ci_99_b", "q_25", "q_75")
_asv_load_json = util.load_json
_asv_load = Results.load.__func__
_warned: set[str] = set()  # each problem once a process


def warn_once(problem: str) -> None:
    """Log a warning, unless this process has logged it."""
    if problem not in _warned:
        _warned.add(problem)
        log.warning(problem)


def _load_json(path: str, api_version: int | None = None, js_comments: bool = False) -> Any:
    """util.load_json. UserError for any file that is not JSON, or has no version where it must."""
    try:
        if os.path.getsize(path) > LARGEST_FILE:
            raise ValueError(f"it has more than {LARGEST_FILE // 10**6} MB")
        return _asv_load_json(path, api_version, js_comments)
    except (ValueError, TypeError, RecursionError) as error:
        raise util.UserError(f"Error parsing JSON in file '{path}': {error}") from None


def _load(cls: type[Results], path: str, machine_name: str | None = None) -> Results:
    """Results.load. UserError for any file without sound results; wrong values become failures."""
    try:
        results: Results = _asv_load(cls, path, machine_name)
        _check_header(results)
        wrong = sum(_clean(results, name) for name in list(results._results))
    except _WRONG as error:
        raise util.UserError(f"Error parsing JSON in file '{path}': {error!r}") from None
    if wrong:
        warn_once(f"{os.path.relpath(path)}: {wrong} wrong values are left out")
    return results


def _check_header(results: Results) -> None:
    for text in (results._commit_hash, results._env_name, results._python):
        if not isinstance(text, str):
            raise TypeError(f"{text!r} is no text")
    for table in (results._params, results._requirements, results._env_vars, results._duration):
        if not isinstance(table, dict):
            raise TypeError(f"{table!r} is no table")
    for name, seconds in results._duration.items():
        results._duration[name] = seconds if is_number(seconds) else None
    results._date = int(results._date)
    if not 0 <= results._date < _LATEST:
        raise ValueError(f"date {results._date}")


def _clean(results: Results, name: str) -> int:
    """Replace the wrong cells of one benchmark by None; returns their number."""
    params = parameters_of(results._benchmark_params[name])
    if params is None:
        results.remove_result(name)
        return 1
    results._benchmark_params[name] = params
    count = math.prod(map(len, params))
    wrong = 0
    for column, is_sound in _COLUMNS.items():
        cells = getattr(results, column)[name]
        if cells is None:
            continue
        if not isinstance(cells, list):
            cells, wrong = [None] * count, wrong + 1
        kept = [cell if cell is None or is_sound(cell) else None for cell in cells[:count]]
        wrong += sum(cell is not None for cell in cells) - sum(cell is not None for cell in kept)
        kept += [None] * (count - len(kept))
        getattr(results, column)[name] = kept if any(cell is not None for cell in kept) else None
    version = results._benchmark_version[name]
    results._benchmark_version[name] = None if version is None else str(version)
    for single, is_right in (
        (results._started_at, lambda cell: is_number(cell) and 0 <= cell < _LATEST),
        (results._duration, is_number),
        (results._profiles, lambda cell: isinstance(cell, str)),
    ):
        if single[name] is not None and not is_right(single[name]):
            single[name], wrong = None, wrong + 1
    return wrong


_COLUMNS: dict[str, Callable[[Any], bool]] = {
    "_results": lambda cell: is_number(cell) or str(cell) == "nan",  # does not apply
    "_samples": lambda cell: isinstance(cell, list) and all(map(is_number, cell)),
    "_stats": lambda cell: (
        not cell or all(type(cell.get(name)) in (float, int) for name in _QUANTILES)
    ),
}


def machine_facts(path: str) -> dict[str, Any]:
    """What a machine.json says; only the machine's name where it is missing or damaged.

    A folder of results has the name of its machine.
    """
    try:
        facts = util.load_json(path)
        if isinstance(facts, dict) and isinstance(facts.get("machine"), str):
            return facts
        raise util.UserError(f"Error parsing JSON in file '{path}': no machine")
    except util.UserError as error:
        warn_once(str(error))
    except FileNotFoundError:
        pass
    return {"machine": os.path.basename(os.path.dirname(path))}


def result_paths(results: str) -> Iterator[tuple[str, str, str]]:
    """iter_results_paths, which leaves out the results of a machine with a damaged file."""
    for root, _, names in os.walk(results):
        found = [name for name in names if name.endswith(".json") and name not in _NO_RESULTS]
        machine = machine_facts(os.path.join(root, "machine.json"))["machine"] if found else ""
        for name in found:
            yield root, name, machine


_NO_RESULTS = ("machine.json", "benchmarks.json")

util.load_json = _load_json
Results.load = classmethod(_load)
asv.results.iter_results_paths = result_paths
for module in (asv.commands.show, asv.commands.compare):
    module.load_json = machine_facts  # for which they use it
