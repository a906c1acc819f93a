"""Points that were measured while the machine was busy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.study.points_of import point
from tools.study.analysis import interference as disturbed
from tools.study.analysis.measurements import Measurement


def named(name: str, value: float, load: float | None = None, **axes: Any) -> Measurement:
    made = point(value, **axes)
    origin = {} if load is None else {"load": load, "physical_cores": 2}
    return replace(made, shown=name, origin=origin)


def test_a_load_beyond_the_cores_and_one_is_told_the_busiest_first() -> None:
    own = [named("calm", 1, 3.0), named("busy", 1, 3.1), named("busier", 1, 9.0), named("old", 1)]
    found = disturbed.found(own)
    assert [(one.shown, why) for one, why in found.values()] == [
        ("busier", "load 9.0 on 2 cores"), ("busy", "load 3.1 on 2 cores"),
    ]  # fmt: skip
    assert disturbed.summary(own, found) == ["Sgkit 0.10.0, frozen stack: 2 of 4 points"]
    assert disturbed.summary(own, {}) == []


def test_what_others_had_decides_where_it_is_known() -> None:
    quiet, busy = (
        replace(named(name, 1, 4.0), origin={"load": 4.0, "physical_cores": 2, "others": others})
        for name, others in (("quiet", 0.02), ("busy", 0.8))
    )
    assert [why for _, why in disturbed.found([quiet, busy]).values()] == ["others had 0.8 cores"]


def test_a_part_that_takes_longer_than_the_whole_is_told() -> None:
    own = [
        named("whole", 1, cores=1),
        named("part", 1.2, metric="time_compute", cores=1),
        named("part-of-another", 1.2, metric="time_compute", cores=2),
        named("whole-of-another", 1.3, cores=2),
        named("part-within-noise", 1.04, metric="time_compute", cores=4),
        named("its-whole", 1, cores=4),
    ]
    [(one, why)] = disturbed.found(own).values()
    assert one.shown == "part"
    assert why == "compute alone 1.2\u00a0s, end to end 1\u00a0s"
