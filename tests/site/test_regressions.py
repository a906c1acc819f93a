"""What asv is answered about the commits between two that were measured."""

from tools.site.regressions import _Ranges


class Repo:
    def get_branch_commits(self, branch: str) -> list[str]:
        return {"sgkit": ["c3", "c2", "c1"], "dask": ["d2", "d1"]}[branch]


def test_the_commits_between_two() -> None:
    ranges = _Ranges(Repo(), ["sgkit", "dask"])  # type: ignore[arg-type]
    assert ranges.get_hashes_from_range(ranges.get_range_spec("c1", "c3")) == ["c3", "c2"]
    assert ranges.get_hashes_from_range(ranges.get_range_spec("d1", "d2")) == ["d2"]


def test_commits_of_a_branch_that_was_taken_out_of_the_configuration() -> None:
    ranges = _Ranges(Repo(), ["dask"])  # type: ignore[arg-type]
    assert ranges.get_hashes_from_range(ranges.get_range_spec("c1", "c3")) == []
