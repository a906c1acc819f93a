"""What asv is answered about the commits between two that were measured."""

from tools.site.regressions import _Ranges

LINES = {"sgkit": ["c3", "c2", "c1"], "dask": ["d2", "d1"]}


def test_the_commits_between_two() -> None:
    ranges = _Ranges(LINES)
    assert ranges.get_hashes_from_range(ranges.get_range_spec("c1", "c3")) == ["c3", "c2"]
    assert ranges.get_hashes_from_range(ranges.get_range_spec("d1", "d2")) == ["d2"]


def test_commits_of_a_branch_that_was_taken_out_of_the_configuration() -> None:
    ranges = _Ranges({"dask": LINES["dask"]})
    assert ranges.get_hashes_from_range(ranges.get_range_spec("c1", "c3")) == []
