"""Which of a step's benchmarks have results already."""

from __future__ import annotations

from collections.abc import Sequence

from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.util import UserError

from tools.results import stored


def is_complete(conf: Config, machine: str, commit: str, bench: Sequence[str], env: str) -> bool:
    """Whether every selected benchmark and parameter has a value or is known not to apply."""
    try:
        benchmarks = Benchmarks.load(conf, regex=list(bench))
    except (UserError, OSError):
        return False  # nothing was measured yet
    result = stored.results(conf, machine, commit, env)
    if not benchmarks or result is None:
        return False
    for name, benchmark in benchmarks.items():
        values = stored.values(result, benchmark)
        chosen = benchmarks.benchmark_selection.get(name) or range(len(values))
        if not values or any(values[index] is None for index in chosen):
            return False
    return True
