"""Whether a pattern of asv's --bench selects what can run here, before hours go by on nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from asv.benchmarks import Benchmarks
from asv.config import Config

from benchmarks._harness.data import NotPrepared
from tools.common.errors import MissingError, UsageError
from tools.execution import applicability, suite
from tools.results.series_key import SeriesKey, parameter_sets, tool_class
from tools.upstreams.config import TOOL_CLASSES


def require(conf: Config, patterns: Sequence[str], classes: Collection[str]) -> None:
    """UsageError for a pattern that matches no benchmark of this checkout.

    MissingError for one of which nothing can run here, as where its data sets are not prepared: a
    commit would count as measured. Of the tools' benchmarks only those of `classes` are asked,
    and there must be one of any of the patterns.
    """
    measured, refused = False, []
    listed = list(suite.benchmarks(Path(conf.benchmark_dir).absolute()).values())
    for pattern in patterns:
        try:
            selected = Benchmarks(conf, listed, regex=pattern)
        except re.error as error:
            raise UsageError(f"--bench {pattern!r} is no regular expression: {error}") from None
        if not selected:
            raise UsageError(
                f"--bench {pattern!r} matches no benchmark",
                hint="they are named task.Tool.metric('data', cores): README, Tracking",
            )
        reasons = list(_reasons(selected, classes))
        measured = measured or bool(reasons)
        if reasons and None not in reasons:
            missing = [reason for reason in reasons if isinstance(reason, NotPrepared)]
            refused.append(f"{pattern!r}: {(missing or reasons)[0]}")
    if refused:
        raise MissingError("nothing of these --bench can run here", hint="\n  ".join(refused))
    if not measured:
        raise UsageError(f"--bench selects nothing of {', '.join(sorted(classes))}")


def _reasons(
    selected: Benchmarks, classes: Collection[str]
) -> Iterator[NotImplementedError | None]:
    """Why not, of each point, until one can run (None)."""
    for name, benchmark in selected.items():
        if tool_class(name) in TOOL_CLASSES.difference(classes):
            continue
        sets = list(parameter_sets(benchmark))
        chosen = selected.benchmark_selection[name]  # None of one without parameters
        for values in sets if chosen is None else map(sets.__getitem__, chosen):
            reason = applicability.reason_against(SeriesKey.of(name, values))
            yield reason
            if reason is None:
                return
