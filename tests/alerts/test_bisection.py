"""Bisection finds the planted commit, steps around what cannot be told, and can go on later."""

import pytest

from tools.alerts.bisection import OutOfBudget, bisect, error_of_each

COMMITS = [f"c{number}" for number in range(31)]


def classifier(planted: int, broken: frozenset[int] = frozenset(), budget: int = 99):
    asked: list[str] = []

    def is_after(commit: str) -> bool | None:
        if len(asked) >= budget:
            raise OutOfBudget
        asked.append(commit)
        number = int(commit[1:])
        return None if number in broken else number >= planted

    return is_after, asked


@pytest.mark.parametrize("planted", range(1, 31))
def test_the_planted_commit_is_found_in_few_steps(planted: int) -> None:
    is_after, asked = classifier(planted)
    found = bisect(COMMITS, is_after)
    assert (found.good, found.bad) == (COMMITS[planted - 1], COMMITS[planted])
    assert found.exact
    assert found.finished
    assert len(asked) <= 5


def test_commits_that_do_not_build_are_stepped_around() -> None:
    is_after, _ = classifier(10, broken=frozenset({14, 15, 16}))
    assert bisect(COMMITS, is_after).bad == "c10"


def test_a_range_where_the_commit_itself_cannot_be_told() -> None:
    is_after, asked = classifier(10, broken=frozenset({9, 10}))
    found = bisect(COMMITS, is_after)
    assert (found.good, found.bad, found.between) == ("c8", "c11", ("c9", "c10"))
    assert not found.exact
    assert found.finished
    assert len(asked) == len(set(asked))


def test_it_stops_at_its_budget_and_goes_on_from_the_answers() -> None:
    is_after, asked = classifier(10, budget=2)
    found = bisect(COMMITS, is_after)
    assert not found.finished
    assert COMMITS.index(found.good) < 10 <= COMMITS.index(found.bad)
    known = {commit: int(commit[1:]) >= 10 for commit in asked}
    later, more = classifier(10)
    assert bisect(COMMITS, later, known).bad == "c10"
    assert not set(more) & set(asked)


def test_neighbours_need_no_search() -> None:
    is_after, asked = classifier(1)
    assert bisect(COMMITS[:2], is_after).exact
    assert asked == []
    with pytest.raises(ValueError, match="good and a bad"):
        bisect(COMMITS[:1], is_after)


def test_the_error_is_shared_out() -> None:
    assert error_of_each(2) == 0.01
    assert error_of_each(32) == pytest.approx(0.002)
