"""Which of a step's benchmarks have results already."""

from __future__ import annotations

from collections.abc import Sequence

from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.results import iter_results_for_machine_and_hash
from asv.util import UserError


def is_complete(conf: Config, machine: str, commit: str, bench: Sequence[str], env: str) -> bool:
    """Whether every selected benchmark and parameter has a value or is known not to apply."""
    try:
        benchmarks = Benchmarks.load(conf, regex=list(bench))
        results = [
            result
            for result in iter_results_for_machine_and_hash(conf.results_dir, machine, commit)
            if result.env_name == env
        ]
    except (UserError, OSError):
        return False  # nothing was measured yet
    if not benchmarks or not results:
        return False
    result = results[0]
    present = result.get_result_keys(benchmarks)
    for name, benchmark in benchmarks.items():
        if name not in present:
            return False
        values = result.get_result_value(name, benchmark["params"])
        chosen = benchmarks.benchmark_selection.get(name)
        if any(values[index] is None for index in chosen or range(len(values))):
            return False
    return True
