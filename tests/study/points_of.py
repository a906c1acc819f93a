"""Single measurements for tests that need no files."""

from __future__ import annotations

from typing import Any

from tools.study.analysis.measurements import Measurement


def point(
    value: float,
    samples: tuple[float, ...] | None = None,
    *,
    experiment: str = "scaling",
    tool: str = "sgkit",
    metric: str = "time_end_to_end",
    release: str = "0.10.0",
    stack: str = "frozen",
    date: int = 10,
    at: str = "",
    **axes: Any,
) -> Measurement:
    """A measurement with four steady samples, unless they are given."""
    taken = (value * 0.99, value, value, value * 1.01) if samples is None else samples
    return Measurement(
        experiment=experiment,
        tool=tool,
        metric=metric,
        axes={"task": "pca", "data": "smoke", **axes},
        value=value,
        median=value,
        samples=taken,
        kept=taken,
        reducer="study",
        unit="seconds",
        release=release,
        stack=stack,
        machine="box",
        commit=f"{tool}{release}".ljust(40, "0"),
        date=date,
        shown=f"{experiment}.{tool.capitalize()}.{metric}()",
        origin={"at": at},
    )
