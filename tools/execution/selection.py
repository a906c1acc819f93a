"""Check before a run that each --bench pattern selects a benchmark that can run here."""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from asv.benchmarks import Benchmarks
from asv.config import Config

from benchmarks._harness import registry
from benchmarks._harness.data import NotPrepared
from tools.common.errors import MissingError, UsageError
from tools.execution import applicability, suite
from tools.results.series_key import SeriesKey, parameter_sets, tool_class


def require(conf: Config, patterns: Sequence[str], classes: Collection[str]) -> None:
    """Check `patterns`; of the tools' benchmarks, only those of `classes` count.

    Raises UsageError when a pattern matches no benchmark, or none of `classes` is selected.
    Raises MissingError when nothing of a pattern can run here, for example because a data set is
    not prepared: the commits would count as measured.
    """
    is_any_selected, refused = False, []
    listed = list(suite.benchmarks(Path(conf.benchmark_dir).absolute()).values())
    for pattern in patterns:
        try:
            selected = Benchmarks(conf, listed, regex=pattern)
        except re.error as error:
            raise UsageError(f"--bench {pattern!r} is not a regular expression: {error}") from None
        if not selected:
            raise UsageError(
                f"--bench {pattern!r} matches no benchmark",
                hint="a name is task.Tool.metric('data', cores): see docs/reference.md",
            )
        reasons = list(_reasons(selected, classes))
        is_any_selected = is_any_selected or bool(reasons)
        if reasons and None not in reasons:
            missing = [reason for reason in reasons if isinstance(reason, NotPrepared)]
            refused.append(f"{pattern!r}: {(missing or reasons)[0]}")
    if refused:
        raise MissingError("nothing of these --bench can run here", hint="\n  ".join(refused))
    if not is_any_selected:
        raise UsageError(f"--bench selects nothing of {', '.join(sorted(classes))}")


def _reasons(
    selected: Benchmarks, classes: Collection[str]
) -> Iterator[NotImplementedError | None]:
    """For each parameter set the reason why it cannot run; ends at one that can (None)."""
    for name, benchmark in selected.items():
        if tool_class(name) in registry.TOOLS.keys() - classes:
            continue
        sets = list(parameter_sets(benchmark))
        chosen = selected.benchmark_selection[name]  # None for a benchmark without parameters
        for values in sets if chosen is None else map(sets.__getitem__, chosen):
            reason = applicability.reason_against(SeriesKey.of(name, values))
            yield reason
            if reason is None:
                return
