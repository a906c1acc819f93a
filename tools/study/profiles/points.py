"""The parameter sets of the benchmarks, and the data that each one reads."""

from __future__ import annotations

import importlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks._harness import shapes
from tools.results.series_key import SeriesKey


class UnknownName(ValueError):
    """A benchmark, metric, parameter or value that does not exist; the message lists what does."""


@dataclass(frozen=True)
class Combination:
    """One benchmark with one value of each of its parameters."""

    benchmark: str  # module.Class.metric
    index: int  # asv's number of the parameter set
    parameters: tuple[tuple[str, Any], ...]

    @property
    def key(self) -> SeriesKey:
        """What provenance and ledger name it by."""
        return SeriesKey.of(self.benchmark, {name: repr(v) for name, v in self.parameters})

    @property
    def metric(self) -> str:
        return self.benchmark.rpartition(".")[2]

    def __getitem__(self, name: str) -> Any:
        return dict(self.parameters)[name]

    def shown(self) -> str:
        """The name that asv's --bench is matched with."""
        if not self.parameters:
            return self.benchmark
        return f"{self.benchmark}({', '.join(repr(value) for _, value in self.parameters)})"

    def pattern(self) -> str:
        """asv's --bench for this point alone."""
        return f"^{re.escape(self.shown())}$"

    def described(self) -> dict[str, Any]:
        """The benchmark as asv's result files know it."""
        cls = _class(self.benchmark.rpartition(".")[0])
        module = importlib.import_module(cls.__module__)
        return {
            "name": self.benchmark,
            "version": getattr(cls, "version", module.version),  # as asv looks for it
            "params": [[repr(value) for value in values] for values in getattr(cls, "params", [])],
        }

    def needs(self) -> tuple[str, str] | None:
        """(data set, format) that the point reads, its shape included; None for no data set."""
        given = dict(self.parameters)
        cls = _class(self.benchmark.rpartition(".")[0])
        if "data" not in given:
            return None
        for name in ("chunks", "partitions"):
            if name in given:
                return given["data"], f"{cls.format}:{_shape(given['data'], cls, given[name])}"
        return given["data"], cls.format


def select(of: str, metric: str, chosen: Mapping[str, Sequence[Any]]) -> Iterator[Combination]:
    """The points of `module.Class` in a metric, with the chosen values of its parameters.

    A parameter that is not among the chosen has all of its values. Raises UnknownName.
    """
    cls = _class(of)
    if getattr(cls, metric, None) is None:
        metrics = [name for name in dir(cls) if re.match("(time|track|peakmem)_", name)]
        own = ", ".join(name for name in metrics if getattr(cls, name) is not None)
        raise UnknownName(f"{of} has no metric {metric!r}; it has {own}")
    names, values = getattr(cls, "param_names", []), getattr(cls, "params", [])
    for name, chosen_values in chosen.items():
        if name not in names:
            raise UnknownName(f"{of} has no parameter {name!r}; it has {', '.join(names)}")
        there = values[names.index(name)]
        for value in chosen_values:
            if value not in there:
                known = ", ".join(map(str, there))
                raise UnknownName(f"{of} has no {name} {value!r}; there are {known}")
    for index, combination in enumerate(itertools.product(*values)):
        parameters = tuple(zip(names, combination, strict=True))
        if all(value in chosen.get(name, (value,)) for name, value in parameters):
            yield Combination(f"{of}.{metric}", index, parameters)


def _class(of: str) -> Any:
    module, _, name = of.partition(".")
    try:
        return getattr(importlib.import_module(f"benchmarks.{module}"), name)
    except (ImportError, AttributeError):
        raise UnknownName(
            f"there is no benchmark class {of!r}: give module.Class, such as pca.Sgkit"
        ) from None


def _shape(data: str, cls: Any, character: str) -> str:
    try:
        return shapes.of(data, cls.format, character)
    except NotImplementedError as reason:
        raise UnknownName(str(reason)) from None
