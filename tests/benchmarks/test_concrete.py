"""A lazy object is never taken for a result."""

import numpy as np
import pytest

from benchmarks import allele_frequency
from benchmarks._harness.concrete import LazyResult, concrete
from benchmarks._harness.ledger import Ledger


class DaskLike:
    def __init__(self, graph):
        self._graph = graph

    def __dask_graph__(self):
        return self._graph


class HailTable:
    _tir = object()


HailTable.__module__ = "hail.table"


class HailStruct:
    pass


HailStruct.__module__ = "hail.utils.struct"


@pytest.mark.parametrize(
    "lazy",
    [
        None,
        DaskLike({"a": 1}),
        HailTable(),
        [1, DaskLike({"a": 1})],
        {"x": (HailTable(),)},
        (1, None),
    ],
)
def test_lazy_values_are_refused(lazy):
    with pytest.raises(LazyResult):
        concrete(lazy)


@pytest.mark.parametrize("value", [0, "path", [1, 2], {"a": 1.0}, HailStruct(), DaskLike(None)])
def test_computed_values_pass(value):
    assert concrete(value) is value


def test_arrays_pass():
    assert concrete(np.arange(3)).sum() == 3


@pytest.mark.parametrize("result", [DaskLike({"a": 1}), HailTable(), None])
def test_a_lazy_body_fails_the_timing(result):
    task = allele_frequency.Plink()
    task.end_to_end = lambda: result
    task.ledger = Ledger("plink")
    with pytest.raises(LazyResult):
        task.time_end_to_end("smoke", 1)
