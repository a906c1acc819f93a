"""What each benchmark measures: unit, and whether lower or higher is better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tools.common import configuration
from tools.common.configuration import Model, Text
from tools.common.errors import ConfigError

NOTABLE = math.log(1.1)  # log ratio: of an event, such a change is measured again first
EXACT = ("tasks", "times")  # units of counts: no noise, and no machine changes them
# differences below this are rounding, not a change: a deviation of 1e-12 is as good as one of 0
_NEGLIGIBLE = {"deviation": 1e-6}


@dataclass(frozen=True)
class Metric:
    """One entry of benchmarks/metrics.json."""

    name: str
    unit: str
    lower_is_better: bool
    summary: str

    @property
    def exact(self) -> bool:
        """Whether it is a count without noise."""
        return self.unit in EXACT

    @property
    def negligible(self) -> float:
        """The largest difference between two values that is only rounding."""
        return _NEGLIGIBLE.get(self.unit, 0.0)


class _Declaration(Model):
    unit: Text
    direction: Literal["lower", "higher"]  # which is better
    summary: str = ""


def load(path: Path) -> dict[str, Metric]:
    """The declared metrics; ConfigError names the entry that is wrong."""
    return {
        name: Metric(name, entry.unit, entry.direction == "lower", entry.summary)
        for name, entry in configuration.read(path, dict[str, _Declaration]).items()
    }


def metric_of(benchmark: str, metrics: Mapping[str, Metric]) -> Metric:
    """The metric of a benchmark, which is the last part of its name."""
    name = benchmark.rsplit(".", 1)[-1]
    if name not in metrics:
        raise ConfigError(
            f"{benchmark}: the metric {name} is not declared in benchmarks/metrics.json",
            hint='add it there with "unit", "direction" (lower or higher is better) and "summary"',
        )
    return metrics[name]
