"""What each benchmark measures: unit, and whether lower or higher is better."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.common.errors import ConfigError

NOTABLE = math.log(1.1)  # log ratio: smaller changes give way to other metrics
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
        """The difference between two values that means nothing."""
        return _NEGLIGIBLE.get(self.unit, 0.0)


def load(path: Path) -> dict[str, Metric]:
    """The declared metrics; ConfigError names the entry that is wrong."""
    try:
        declared = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path} is missing: it declares unit and direction of metrics"
        ) from None
    except ValueError as error:
        raise ConfigError(f"{path} is not valid JSON: {error}") from None
    metrics = {}
    for name, entry in declared.items():
        if not isinstance(entry, dict) or entry.get("direction") not in ("lower", "higher"):
            raise ConfigError(f'{path}: {name}: "direction" must be "lower" or "higher"')
        metrics[name] = Metric(
            name,
            str(entry.get("unit", "")),
            entry["direction"] == "lower",
            str(entry.get("summary", "")),
        )
    return metrics


def metric_of(benchmark: str, metrics: Mapping[str, Metric]) -> Metric:
    """The metric of a benchmark, which is the last part of its name."""
    name = benchmark.rsplit(".", 1)[-1]
    if name not in metrics:
        raise ConfigError(
            f"{benchmark}: the metric {name} is not declared in benchmarks/metrics.json",
            hint='add it there with "unit", "direction" (lower or higher is better) and "summary"',
        )
    return metrics[name]
