"""The rest of a night goes where it teaches most."""

from tools.nightly.backfill import choose, new_commits, sureness
from tools.results.series import Point, Series

LINE = [f"c{number:02}" for number in range(40)]
HASHES = dict(enumerate(LINE))


def test_what_differs_is_halved_first_and_then_the_longest_gap() -> None:
    known = {LINE[0], LINE[5], LINE[39]}
    seen = {(LINE[0], LINE[5]): 1.0}
    assert choose([LINE], known, seen, 2) == [LINE[2], LINE[3]]
    assert choose([LINE], known, {}, 3) == [LINE[22], LINE[13], LINE[30]]


def test_the_oldest_commit_closes_the_first_gap() -> None:
    assert choose([LINE], {LINE[39]}, {}, 3) == [LINE[0], LINE[19], LINE[29]]


def test_it_ends_when_all_is_known() -> None:
    found = choose([LINE, ["x", "y"]], {LINE[39], "y"}, {}, 1000)
    assert sorted(found) == sorted([*LINE[:39], "x"])
    assert choose([LINE], LINE, {}, 5) == []
    assert choose([LINE], set(), {}, 5) == []  # a new line's newest commit comes first


def test_what_the_ends_show() -> None:
    values = [1.0, 1.01, 0.99, 1.01, 2.0]
    points = [Point(at, value, None) for at, value in enumerate(values)]
    series = Series("pca.Sgkit.time_compute", 0, {}, {"branch": "sgkit"}, "", points)
    seen = sureness([series], HASHES)
    assert seen[LINE[3], LINE[4]] == 1.0
    assert seen[LINE[0], LINE[1]] == 0.0


def test_new_is_what_came_after_the_newest_known_and_what_was_left() -> None:
    newest_first = LINE[::-1]
    assert new_commits(newest_first, set(), set()) == [LINE[39]]
    assert new_commits(newest_first, {LINE[37], LINE[2]}, set()) == [LINE[39], LINE[38]]
    assert new_commits(newest_first, {LINE[39]}, {LINE[38]}) == [LINE[38]]
    assert new_commits(newest_first, {LINE[39]}, set()) == []
