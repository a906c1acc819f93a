"""Two tools that follow two branches of one repository: they share the commits before the fork."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest
from asv import util
from asv.config import Config
from asv.repo import get_repo

from tests.upstreams import examples
from tools.cli import upstreams
from tools.common import paths
from tools.site import commit_pages
from tools.upstreams.asv_repo import UnionRepo
from tools.upstreams.mirror import Mirror

TABLE = """\
[{name}]
package = "one"
git = "{git}"
branch = "{branch}"
source = "git"
build = "source"
first = "{first}"
classes = []
"""


@pytest.fixture
def commits(git_upstream: Callable[[str], examples.GitUpstream]) -> dict[str, str]:
    """main: base, fork, new; stable: base, fork, fix; all but `base` are releases of `a`."""
    upstream = git_upstream("one")
    base = upstream.commit(tag="0.1")
    fork = upstream.commit(tag="0.2")
    fix = upstream.write({"a.txt": "fix"}, [fork], "fix")
    upstream.git("update-ref", "refs/heads/stable", fix)
    upstream.git("tag", "0.2.1", fix)
    return {"base": base, "fork": fork, "fix": fix, "new": upstream.commit(tag="0.3")}


@pytest.fixture
def repo(tmp_path: Path, commits: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> UnionRepo:
    """`one` was mirrored first. `a`, which comes first in the file and by name, is new."""
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GWAS_NO_PULL", raising=False)
    git = tmp_path / "one.git"
    Mirror(tmp_path / "cache" / "mirror.git").update(
        [examples.upstream("one", git)], say=lambda _: None
    )
    (tmp_path / "upstreams.toml").write_text(
        TABLE.format(name="a", git=git, branch="stable", first="0.2")
        + TABLE.format(name="one", git=git, branch="main", first="0.1")
    )
    configured = Config()
    configured.repo, configured.dvcs = str(tmp_path / "upstreams.toml"), "union"
    configured.project, configured.branches = "test", ["a", "one"]
    opened = get_repo(configured)
    opened.pull()
    return opened


def test_each_branch_has_its_own_commits_and_releases(
    repo: UnionRepo, commits: dict[str, str]
) -> None:
    base, fork, fix, new = (commits[name] for name in ("base", "fork", "fix", "new"))
    assert repo.get_branch_commits("one") == [new, fork, base]
    assert repo.get_branch_commits("a") == [fix, fork]  # from its own first release on
    assert repo.get_tags() == {
        "one/0.1": base, "one/0.2": fork, "one/0.3": new, "a/0.2": fork, "a/0.2.1": fix,
    }  # fmt: skip
    revisions = repo.get_revisions({base, fork, fix, new})
    assert len(set(revisions.values())) == 4


def test_a_shared_commit_belongs_to_the_tool_that_was_there_first(
    repo: UnionRepo, commits: dict[str, str]
) -> None:
    mirror = repo._mirror
    assert {name: mirror.commit(commits[name]).tool for name in commits} == {
        "base": "one", "fork": "one", "fix": "a", "new": "one"
    }  # fmt: skip
    assert [commit.version for commit in mirror.releases("a")] == ["0.2", "0.2.1"]
    before = mirror.release_before(mirror.commit("a"))
    assert before is not None
    assert before.version == "0.2.1"


def test_every_name_resolves_back(repo: UnionRepo, commits: dict[str, str]) -> None:
    for commit in commits.values():
        assert repo.get_hash_from_name(repo.get_name_from_hash(commit)) == commit


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("one", ["new", "fork", "base"]),
        ("a", ["fix", "fork"]),
        ("a/0.2", ["fork"]),
        ("one/0.2", ["fork", "base"]),
        ("one/0.2..a", ["fix"]),
        ("a/0.2..one", ["new"]),
        ("one/0.2..one/0.3", ["new"]),
    ],
)
def test_ranges(repo: UnionRepo, commits: dict[str, str], spec: str, expected: list[str]) -> None:
    assert repo.get_hashes_from_range(spec) == [commits[name] for name in expected]


def test_a_range_from_one_branch_to_the_other_is_refused(repo: UnionRepo) -> None:
    with pytest.raises(util.UserError, match="a range is within one tool"):
        repo.get_hashes_from_range("one/0.3..a")


def test_the_listing_names_each_tools_releases(
    repo: UnionRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    upstreams.run(argparse.Namespace(action="list", tools=["a"], json=False))
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["a/0.2", "a/0.2.1"]


def test_commit_pages_show_a_shared_commit_once(repo: UnionRepo, commits: dict[str, str]) -> None:
    branches = {tool: list(repo.get_branch_commits(tool)) for tool in ("one", "a")}
    entries = commit_pages.index(repo._mirror, commits.values(), branches, repo.get_tags())
    assert {name: entries[commits[name]]["tool"] for name in commits} == {
        "base": "one", "fork": "one", "fix": "a", "new": "one"
    }  # fmt: skip
    assert entries[commits["fork"]]["child"] == commits["new"]
    assert entries[commits["fix"]]["previous"] == commits["fork"]
