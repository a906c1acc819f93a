"""What a night reads of all results."""

from collections.abc import Sequence

from tools.nightly.history import History
from tools.results.series import Point, Series
from tools.results.series_key import SeriesKey


def test_what_other_machines_have_measured_is_not_this_ones() -> None:
    def series(machine: str, values: Sequence[float]) -> Series:
        points = [Point(at, value, None) for at, value in enumerate(values)]
        place = {"branch": "sgkit", "stack": "frozen", "machine": machine}
        return Series("pca.Sgkit.time_compute", 0, {"cores": "1"}, place, "", points)

    all_series = [series("box", [1.0, 2.0]), series("other", [1.0, 1.0, 2.0])]
    found = History(all_series, {0: "a", 1: "b", 2: "c"}, {}, "box")
    assert found.of_stack("frozen") == all_series[:1]
    assert found.measured("frozen") == {"a", "b"}
    key = SeriesKey.of("pca.Sgkit.time_compute", {"cores": "1"})
    assert found.newest_timings("frozen") == [("b", key)]
