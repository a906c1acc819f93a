"""The metrics of metrics.json: each benchmark method must be one of them."""

import json
from pathlib import Path

DECLARED = json.loads((Path(__file__).parent.parent / "metrics.json").read_text(encoding="utf-8"))
_PREFIXES = ("time_", "timeraw_", "mem_", "peakmem_", "track_")
_FIELDS = {"unit", "direction", "summary"}


class UndeclaredMetric(TypeError):
    """metrics.json does not declare a benchmark method with its unit and direction."""


def restrict(cls, kept):
    """Hide the inherited metrics of a class from asv, except those in `kept`."""
    for name in dir(cls):
        if name.startswith(_PREFIXES) and name not in kept:
            setattr(cls, name, None)


def require_declared(cls):
    """Set the declared unit of each benchmark method; raises UndeclaredMetric."""
    for name in dir(cls):
        if not name.startswith(_PREFIXES) or getattr(cls, name) is None:
            continue
        metric = DECLARED.get(name)
        if metric is None:
            raise UndeclaredMetric(
                "{}.{}: metric not declared in benchmarks/metrics.json".format(
                    cls.__qualname__, name
                )
            )
        if set(metric) != _FIELDS or metric["direction"] not in ("lower", "higher"):
            raise UndeclaredMetric(
                "metrics.json, {}: give {} (direction: lower or higher)".format(
                    name, ", ".join(sorted(_FIELDS))
                )
            )
        getattr(cls, name).unit = metric["unit"]
