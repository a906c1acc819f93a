"""Whatever an upstream's history is, and becomes: hashes stay, tags are right, nothing is lost."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings

from tests.upstreams import examples
from tests.upstreams.made_histories import History, MadeUpstream, State, histories
from tools.common.errors import UsageError
from tools.notify import commit_description
from tools.site import commit_pages
from tools.upstreams import dates
from tools.upstreams.asv_repo import UnionRepo
from tools.upstreams.mirror import Commit, Mirror

FIRST = "0.1"
TABLE = """\
[one]
package = "one"
git = "{git}"
branch = "main"
source = "git"
build = "source"
first = "{first}"
classes = []
"""


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories())
def test_any_history_that_changes_between_two_updates(history: History) -> None:
    with tempfile.TemporaryDirectory() as folder, patch.dict("os.environ", {"GWAS_CACHE": folder}):
        upstream = MadeUpstream(Path(folder, "one.git"), history)
        mirror = Mirror(Path(folder, "mirror.git"))
        tracked = [examples.upstream("one", upstream.path, first=FIRST)]
        seen: set[str] = set()
        before: list[int] = []
        for state in history.states:
            upstream.show(state)
            said: list[str] = []
            assert mirror.update(tracked, say=said.append) == []
            line = list(history.line(state))
            is_appended = not before or before[0] in line
            assert any("rewrote its branch" in text for text in said) != is_appended
            if is_appended and before:  # what is mirrored is only added to
                assert line[-len(before) :] == before
            seen.update(upstream.hashes[at] for at in line)
            commits = mirror.commits(list(mirror.branch("one")))
            _check_branch(mirror, upstream, state, commits)
            _check_texts(mirror, commits, said)
            before = line
        for commit in seen - set(mirror.branch("one")):  # upstream took them away
            assert mirror.find(commit) == commit
            try:
                assert mirror.commit(commit).hash == commit
            except UsageError as error:
                assert "on no tracked branch" in str(error)  # noqa: PT017
        _check_asv(Path(folder), upstream, history.states[-1])


def _check_branch(
    mirror: Mirror, upstream: MadeUpstream, state: State, commits: Sequence[Commit]
) -> None:
    """Hashes and releases are upstream's own; the branch begins at its oldest release."""
    line = list(upstream.history.line(state))
    versions = upstream.history.releases(state, FIRST)
    oldest = max((place for place, at in enumerate(line) if at in versions), default=len(line) - 1)
    assert [commit.hash for commit in commits] == [
        upstream.hashes[at] for at in line[: oldest + 1]
    ]
    for at, commit in zip(line, commits, strict=False):
        assert (commit.version in versions[at]) if at in versions else commit.version is None
    tags = {tag.removeprefix("one/"): commit for tag, commit in mirror.history().tags.items()}
    assert set(tags) == set().union(*versions.values())
    for version, commit in tags.items():
        assert version in versions[upstream.hashes.index(commit)]
    for place, at in enumerate(line):
        stated = upstream.history.commits[at].seconds
        dated = mirror.history().dates[upstream.hashes[at]]
        assert dates.is_possible(dated)
        assert dated == stated or not dates.is_possible(stated), place


def _check_texts(mirror: Mirror, commits: Sequence[Commit], said: Iterable[str]) -> None:
    """Nothing that upstream wrote reaches a page, a message or a terminal as it is."""
    for commit in commits:
        assert (commit.author + commit.subject).isprintable()
        assert commit.body.replace("\n", "").isprintable()
        assert len(commit.subject) <= 300
        assert "s3cret" not in commit.subject + commit.body
    tip = commits[0].hash
    event = SimpleNamespace(commit=tip, ends=(tip, tip))
    described = commit_description.commit(event, mirror, {"commit": "https://x/{hash}"})
    assert described["url"] == f"https://x/{tip}"
    assert all(text.replace("\n", "").isprintable() for text in said)


def _check_asv(folder: Path, upstream: MadeUpstream, state: State) -> None:
    """asv's questions have answers, and every commit of the branch has its page."""
    (folder / "upstreams.toml").write_text(TABLE.format(git=upstream.path, first=FIRST))
    repo = UnionRepo(str(folder / "upstreams.toml"), "")
    branch = list(repo.get_branch_commits("one"))
    revisions = repo.get_revisions(set(branch))
    assert sorted(branch, key=revisions.__getitem__, reverse=True) == branch
    for commit in branch[-2:]:
        assert repo.get_hash_from_name(repo.get_name_from_hash(commit)) == commit
        assert dates.is_possible(repo.get_date(commit) // 1000)
    oldest, newest = repo.get_name_from_hash(branch[-1]), repo.get_name_from_hash(branch[0])
    assert repo.get_hashes_from_range(f"{oldest}..{newest}") == branch[:-1]
    assert repo.get_hashes_from_range("one") == branch
    pages = commit_pages.index(repo._mirror, branch, {"one": branch}, repo.get_tags())
    assert set(pages) == set(branch)
    json.dumps(pages, allow_nan=False)
