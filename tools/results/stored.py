"""The values in asv's result files: what is measured of a commit already."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from asv.config import Config
from asv.console import log
from asv.results import Results
from asv.util import UserError

from tools.common import files
from tools.results import asv_storage, result_file


def results(conf: Config, machine: str, commit: str, env: str) -> Results | None:
    """The results of a commit in one environment; None when nothing was measured yet."""
    path = asv_storage.path_of(conf.results_dir, machine, commit, env)
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


def provenance_path(results_dir: str | Path, machine: str, commit: str, env: str) -> Path:
    """The file of provenance of a commit. Commits with the same first eight digits share it."""
    return Path(results_dir, machine, "provenance", f"{commit[:8]}-{env}.jsonl")


def provenance_of(path: Path, commit: str | None = None) -> Iterator[dict[str, Any]]:
    """The lines of a file of provenance, or those of a commit; none where there is no file.

    A line without commit, stack and benchmark is left out; another wrong field is None.
    """
    if path.exists():
        for line in files.json_lines(path.read_text(encoding="utf-8", errors="replace")):
            is_complete = all(isinstance(line.get(name), str) for name in _REQUIRED)
            if is_complete and commit in (None, line["commit"]):
                yield {
                    name: cell if _is_sound(name, cell) else None for name, cell in line.items()
                }


_REQUIRED = ("commit", "stack", "benchmark")
_NUMBERS = ("seconds", "load", "others", "physical_cores")


def _is_sound(name: str, cell: Any) -> bool:
    if name in _NUMBERS:
        return result_file.is_number(cell)
    if name == "data":
        return (
            isinstance(cell, dict)
            and all(isinstance(cell.get(text), str) for text in ("name", "sha256"))
            and all(isinstance(cell.get(size), int) for size in ("n_variants", "n_samples"))
        )
    return isinstance(cell, list if name == "extra" else str)


def is_number(value: float | None) -> bool:
    """Whether something was measured."""
    return value is not None and not math.isnan(value)
