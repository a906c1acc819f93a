"""The declared metrics, and the refusal of a benchmark method that is not one of them."""

import json
from pathlib import Path

DECLARED = json.loads((Path(__file__).parent.parent / "metrics.json").read_text(encoding="utf-8"))
_PREFIXES = ("time_", "timeraw_", "mem_", "peakmem_", "track_")
_FIELDS = {"unit", "direction", "summary"}


class UndeclaredMetric(TypeError):
    """A benchmark method whose name, unit and direction metrics.json does not state."""


def restrict(cls, kept):
    """Take away the metrics that a class inherits, but for those kept: asv sees no others."""
    for name in dir(cls):
        if name.startswith(_PREFIXES) and name not in kept:
            setattr(cls, name, None)


def require_declared(cls):
    """Give each benchmark method of a class its declared unit; refuse those undeclared."""
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
