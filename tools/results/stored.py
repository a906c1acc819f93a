"""The values in asv's result files: what is measured of a commit already."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from asv.config import Config
from asv.console import log
from asv.results import Results, get_filename
from asv.util import UserError

from tools.common import files


def results(conf: Config, machine: str, commit: str, env: str) -> Results | None:
    """The results of a commit in one environment; None when nothing was measured yet."""
    path = Path(conf.results_dir, get_filename(machine, commit, env))
    try:
        result = Results.load(str(path), machine_name=machine)
    except FileNotFoundError:
        return None
    except UserError as error:
        log.warning(str(error))
        return None
    return result if result.commit_hash == commit else None


def values(result: Results, benchmark: Mapping[str, Any]) -> Sequence[float | None]:
    """The values of a benchmark by the index of their parameter set; empty for another version.

    None stands for a failure, NaN for a value that does not apply or was not requested.
    """
    name = benchmark["name"]
    if name not in result.get_result_keys({name: benchmark}):
        return ()
    return list(result.get_result_value(name, benchmark["params"]))


def samples(result: Results, benchmark: Mapping[str, Any], index: int) -> int | None:
    """The number of samples of a value; None where asv keeps no samples, as for a count."""
    kept = result.get_result_samples(benchmark["name"], benchmark["params"])[index]
    return len(kept) if kept else None


def provenance(results_dir: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each machine's lines of provenance, in the order of their files."""
    for path in sorted(results_dir.glob("*/provenance/*.jsonl")):
        for line in provenance_of(path):
            yield path.parts[-3], line


def provenance_of(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of one file of provenance; none where there is no file."""
    if path.exists():
        for line in files.json_lines(path.read_text(encoding="utf-8", errors="replace")):
            if {"commit", "stack", "benchmark"} <= line.keys():
                yield line


def is_number(value: float | None) -> bool:
    """Whether something was measured."""
    return value is not None and not math.isnan(value)
