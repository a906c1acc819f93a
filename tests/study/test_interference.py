"""Points that were measured while the machine was busy."""

from __future__ import annotations

from typing import Any

from tests.study.points_of import Row, point, table
from tools.study.analysis import interference


def named(name: str, value: float, load: float | None = None, **columns: Any) -> Row:
    origin = {} if load is None else {"load": load, "physical_cores": 2}
    return {**point(value, **columns), "benchmark": name, **origin}


def reasons(*rows: Row) -> list[tuple[str, str]]:
    disturbed = interference.busiest(interference.with_interference(table(*rows)))
    return list(disturbed.select("benchmark", "interference").iter_rows())


def test_a_load_above_the_cores_by_more_than_one_is_told_the_busiest_first() -> None:
    own = [named("calm", 1, 3.0), named("busy", 1, 3.1), named("busier", 1, 9.0), named("old", 1)]
    assert reasons(*own) == [("busier", "load 9.0 on 2 cores"), ("busy", "load 3.1 on 2 cores")]
    points = interference.with_interference(table(*own))
    assert interference.summary(points) == ["Sgkit 0.10.0, frozen stack: 2 of 4 points"]
    assert interference.summary(interference.with_interference(table(own[0]))) == []


def test_the_cores_of_others_decide_where_they_are_recorded() -> None:
    own = [{**named(name, 1, 4.0), "others": others}
           for name, others in (("quiet", 0.02), ("busy", 0.8))]  # fmt: skip
    assert reasons(*own) == [("busy", "others had 0.8 cores")]


def test_a_part_that_takes_longer_than_the_whole_is_told() -> None:
    own = [
        named("whole", 1, cores=1),
        named("part", 1.2, metric="time_compute", cores=1),
        named("part-of-another", 1.2, metric="time_compute", cores=2),
        named("whole-of-another", 1.3, cores=2),
        named("part-within-noise", 1.04, metric="time_compute", cores=4),
        named("its-whole", 1, cores=4),
    ]
    assert reasons(*own) == [("part", "compute alone 1.2\u00a0s, end to end 1\u00a0s")]


def test_all_reasons_are_told() -> None:
    part = {**named("part", 1.2, metric="time_compute"), "others": 0.5}
    assert reasons(named("whole", 1), part) == [
        ("part", "others had 0.5 cores; compute alone 1.2\u00a0s, end to end 1\u00a0s")
    ]
