"""Every metric is declared with unit and direction; an undeclared one is refused."""

import pytest

from benchmarks._harness import metrics


def test_declared_metric_gets_its_unit():
    class Good:
        def time_compute(self):
            pass

    metrics.require_declared(Good)
    assert Good.time_compute.unit == "seconds"


@pytest.mark.parametrize("name", ["time_compuet", "track_new", "peakmem_other", "mem_x"])
def test_undeclared_metric_is_refused(name):
    with pytest.raises(metrics.UndeclaredMetric, match=name):
        metrics.require_declared(type("Bad", (), {name: lambda self: None}))


def test_a_task_class_with_an_undeclared_metric_cannot_be_defined():
    from benchmarks import _harness

    with pytest.raises(metrics.UndeclaredMetric, match="time_something"):
        type("Plink", (_harness.Plink,), {"time_something": lambda self, data, cores: None})


@pytest.mark.parametrize(
    "entry",
    [{"unit": "s", "summary": ""}, {"unit": "s", "summary": "", "direction": "down"}],
)
def test_half_a_declaration_is_refused(monkeypatch, entry):
    monkeypatch.setitem(metrics.DECLARED, "time_compute", entry)
    with pytest.raises(metrics.UndeclaredMetric, match="direction"):
        metrics.require_declared(type("Half", (), {"time_compute": lambda self: None}))
