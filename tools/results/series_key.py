"""The lasting name of a series: a benchmark and its parameter values, without asv's index.

asv names a parameter set by its index in the product of the benchmark's parameter lists. A value
added to a list moves the indices. So everything that is kept (events, repeats, provenance, cost)
has a SeriesKey, and asv's index is looked up only where asv is called.
"""

from __future__ import annotations

import ast
import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.common.errors import UsageError

Benchmark = Mapping[str, Any]  # one entry of asv's benchmarks.json


@dataclass(frozen=True, order=True)
class SeriesKey:
    """A benchmark with the value of each parameter.

    `parameters` are sorted by name. Values are written as asv writes them: `'smoke'` with quotes.
    """

    benchmark: str
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, benchmark: str, parameters: Mapping[str, str]) -> SeriesKey:
        """A key from a mapping of parameters in any order."""
        return cls(benchmark, tuple(sorted(parameters.items())))

    @classmethod
    def parse(cls, text: str) -> SeriesKey:
        """The key whose `str` is `text`; UsageError for other text."""
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            tree = None
        if isinstance(tree, ast.Call) and not tree.args and all(k.arg for k in tree.keywords):
            values = {str(k.arg): ast.unparse(k.value) for k in tree.keywords}
            return cls.of(ast.unparse(tree.func), values)
        if isinstance(tree, ast.Attribute | ast.Name):
            return cls(ast.unparse(tree))
        raise UsageError(
            f"{text!r} names no series", hint="like pca.Sgkit.time_compute(cores=1, data='smoke')"
        )

    @classmethod
    def from_record(cls, text: str) -> SeriesKey:
        """The key that a record holds as text.

        A record of an old checkout that could not be migrated holds other text: that is kept as
        the name of a benchmark, which no benchmark has.
        """
        return _from_record(text)

    @classmethod
    def at(cls, benchmark: Benchmark, index: int | None) -> SeriesKey:
        """The key of asv's parameter set `index`; IndexError where there is none."""
        if index is None or not benchmark["params"]:
            return cls(str(benchmark["name"]))
        return cls.of(str(benchmark["name"]), list(parameter_sets(benchmark))[index])

    @classmethod
    def of_target(cls, target: str, benchmarks: Mapping[str, Benchmark]) -> SeriesKey:
        """The key of asv's "module.Class.method-3"; KeyError or IndexError for an unknown one."""
        name, index = split_target(target)
        return cls.at(benchmarks[name], index)

    def __str__(self) -> str:
        values = ", ".join(f"{name}={value}" for name, value in self.parameters)
        return f"{self.benchmark}({values})" if values else self.benchmark

    @property
    def plain(self) -> dict[str, str]:
        """The parameters as people write them: without quotes."""
        return {name: plain(value) for name, value in self.parameters}

    @property
    def tool(self) -> str:
        """The benchmark's class in lower case: the tool that it measures."""
        return tool_class(self.benchmark)

    @property
    def metric(self) -> str:
        """The last part of the benchmark's name."""
        return self.benchmark.rpartition(".")[2]

    def index(self, benchmarks: Mapping[str, Benchmark]) -> int | None:
        """asv's index of this parameter set today; None without parameters.

        KeyError where the benchmark, or this combination of values, is no longer there.
        """
        benchmark, values = benchmarks[self.benchmark], dict(self.parameters)
        sets = list(parameter_sets(benchmark))
        if values not in sets:
            raise KeyError(str(self))
        return sets.index(values) if benchmark["params"] else None

    def target(self, benchmarks: Mapping[str, Benchmark]) -> str:
        """asv's "module.Class.method-3" of today; KeyError as `index`."""
        index = self.index(benchmarks)
        return self.benchmark if index is None else f"{self.benchmark}-{index}"


@functools.lru_cache(maxsize=10_000)
def _from_record(text: str) -> SeriesKey:
    try:
        return SeriesKey.parse(text)
    except UsageError:
        return SeriesKey(text)


def plain(value: str) -> str:
    """A parameter's value as people write it: a string without quotes."""
    return str(ast.literal_eval(value)) if value[:1] in ("'", '"') else value


def choose(benchmark: Benchmark, values: Mapping[str, str]) -> SeriesKey:
    """The one parameter set of a benchmark with these values, written without quotes.

    UsageError where none, or more than one, has them.
    """
    keys = [SeriesKey.of(str(benchmark["name"]), each) for each in parameter_sets(benchmark)]
    fitting = [key for key in keys if values.items() <= key.plain.items()]
    if len(fitting) == 1:
        return fitting[0]
    choices = "; ".join(
        f"{name}: {', '.join(map(plain, allowed))}"
        for name, allowed in zip(benchmark["param_names"], benchmark["params"], strict=True)
    )
    raise UsageError(
        f"{len(fitting)} parameter sets of {benchmark['name']} fit; give one value of each",
        hint=choices,
    )


def parameter_sets(benchmark: Benchmark) -> Iterator[dict[str, str]]:
    """The parameter sets of a benchmark in asv's order; one empty set where it has none."""
    for values in itertools.product(*benchmark["params"]):
        yield dict(zip(benchmark["param_names"], values, strict=True))


def split_target(target: str) -> tuple[str, int | None]:
    """Benchmark name and index of asv's "module.Class.method-3"."""
    name, dash, index = target.rpartition("-")
    return (name, int(index)) if dash else (target, None)


def tool_class(benchmark: str) -> str:
    """The class of "module.Class.method" in lower case: the tool that it measures."""
    return benchmark.split(".")[-2].lower() if benchmark.count(".") > 1 else ""
