"""What asv's regressions are made from: commits between two others, and our levels."""

from asv.graph import GraphSet

from tests.alerts.made import change_points_at
from tools.results.series import Point, Series
from tools.site.graphs import set_steps
from tools.site.regressions import _Ranges

LINES = {"sgkit": ["c3", "c2", "c1"], "dask": ["d2", "d1"]}


def test_the_commits_between_two() -> None:
    ranges = _Ranges(LINES)
    assert ranges.get_hashes_from_range(ranges.get_range_spec("c1", "c3")) == ["c3", "c2"]
    assert ranges.get_hashes_from_range(ranges.get_range_spec("d1", "d2")) == ["d2"]


def test_commits_of_a_branch_that_was_taken_out_of_the_configuration() -> None:
    ranges = _Ranges({"dask": LINES["dask"]})
    assert ranges.get_hashes_from_range(ranges.get_range_spec("c1", "c3")) == []


def test_asv_gets_the_levels_between_change_points() -> None:
    environment = {"branch": "sgkit", "machine": "box"}
    graphs = GraphSet()
    graph = graphs.get_graph("pca.Sgkit.time_compute", environment)
    values = [1.0] * 6 + [2.0] * 5 + [2.5]
    for revision, value in enumerate(values):
        graph.add_data_point(10 * revision, [value, None])
    points = [Point(10 * revision, value, None) for revision, value in enumerate(values)]
    one = Series(graph.benchmark_name, 0, {}, environment, graph.path, points)
    set_steps(graphs, [(one, change_points_at(one, 6))])
    first, second = graph.get_steps()
    assert first == [(0, 51, 1.0, 1.0, 0.0), (60, 111, 2.0, 2.0, 0.5 / 6)]
    assert second == []


def test_two_branches_that_share_commits_have_ranges_of_their_own() -> None:
    """`c` and `d` are only on main, `f` only on stable; `a` and `b` are on both."""
    ranges = _Ranges({"main": ["d", "c", "b", "a"], "stable": ["f", "b", "a"]})
    assert ranges.get_hashes_from_range(("a", "d")) == ["d", "c", "b"]
    assert ranges.get_hashes_from_range(("a", "f")) == ["f", "b"]
    assert ranges.get_hashes_from_range(("d", "f")) == []
