"""asv's own questions over the union mirror: ranges, names, branches, and one message each."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from asv import util
from asv.config import Config
from asv.repo import NoSuchNameError, get_repo

from tests.upstreams import examples
from tools.common import files, process
from tools.common.errors import ConfigError, DamagedError, UnreachableError
from tools.upstreams.asv_repo import UnionRepo
from tools.upstreams.repository import Repository

TOML = """\
[{name}]
package = "{name}"
git = "{git}"
branch = "main"
source = "{source}"
build = "{build}"
first = "0.1"
classes = []
"""


@pytest.fixture
def one(tmp_path: Path) -> examples.GitUpstream:
    """Releases 0.1, 0.2 and 0.3 with one commit between each, and one at the end."""
    upstream = examples.GitUpstream(tmp_path / "one.git")
    upstream.commit("before the first")
    for number in (1, 2, 3):
        upstream.commit(tag=f"0.{number}")
        upstream.commit()
    return upstream


@pytest.fixture
def two(tmp_path: Path) -> examples.GitUpstream:
    upstream = examples.GitUpstream(tmp_path / "two.git")
    upstream.commit(tag="0.1")
    upstream.commit()
    upstream.commit(tag="0.2")
    return upstream


@pytest.fixture
def open_repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], UnionRepo]:
    """asv's repository of a project that tracks `one` from source and `two`'s releases."""
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GWAS_NO_PULL", raising=False)
    tables = [
        TOML.format(name="one", git=tmp_path / "one.git", source="git", build="source"),
        TOML.format(name="two", git=tmp_path / "two.git", source="git", build="index"),
    ]
    (tmp_path / "upstreams.toml").write_text("".join(tables))
    configured = Config()
    configured.repo, configured.dvcs = str(tmp_path / "upstreams.toml"), "union"
    configured.project, configured.branches = "test", ["one", "two"]
    return lambda: get_repo(configured)


@pytest.fixture
def repo(
    one: examples.GitUpstream, two: examples.GitUpstream, open_repo: Callable[[], UnionRepo]
) -> UnionRepo:
    return open_repo()


def names(repo: UnionRepo, spec: str) -> list[str | None]:
    return [repo.get_name_from_hash(commit) for commit in repo.get_hashes_from_range(spec)]


def test_asv_finds_the_plugin(repo: UnionRepo) -> None:
    assert type(repo) is UnionRepo


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("one/0.1..one/0.2", ["one/0.2", "one/0.2~1"]),
        ("one/0.2^!", ["one/0.2"]),
        ("one/0.3..one", ["one"]),
        ("one~1..one", ["one"]),
        ("one/0.2", ["one/0.2", "one/0.2~1", "one/0.1"]),
        ("one -n 2", ["one", "one/0.3"]),
        ("one/0.2..one/0.1", []),
        ("two", ["two/0.2", "two/0.1"]),  # what is between two releases cannot be installed
    ],
)
def test_ranges(repo: UnionRepo, spec: str, expected: list[str]) -> None:
    assert names(repo, spec) == expected


def test_ranges_are_gits_own(repo: UnionRepo) -> None:
    for spec in ("one/0.1..one/0.3", "one/0.2^!", "one/0.3..one", "one~3..one~1"):
        listing = Repository(Path(repo._path)).git("rev-list", "--first-parent", spec)
        assert repo.get_hashes_from_range(spec) == listing.split()


def test_every_name_resolves_back(repo: UnionRepo) -> None:
    for branch in ("one", "two"):
        for commit in repo._mirror.branch(branch):
            name = repo.get_name_from_hash(commit)
            assert name is not None
            assert Repository(Path(repo._path)).git("rev-parse", f"{name}^{{commit}}") == commit


def test_branch_and_releases_of_one_name(repo: UnionRepo, one: examples.GitUpstream) -> None:
    assert repo.get_hash_from_name("one") == one.head
    assert repo.get_hash_from_name("one/0.1") == one.git("rev-parse", "0.1")
    assert repo.get_hash_from_name("one/v0.01") == one.git("rev-parse", "0.1")  # PEP 440
    assert set(repo.get_tags()) == {"one/0.1", "one/0.2", "one/0.3", "two/0.1", "two/0.2"}


@pytest.mark.parametrize(
    "spec",
    ["one/0.9..one", "one/0.1..nowhere", "one/9^!", "HEAD", "one/0.1..", "", '"', "--bogus",
     "deadbeef", "one/0.1..two/0.2"],
)  # fmt: skip
def test_an_unknown_range_is_one_message(repo: UnionRepo, spec: str) -> None:
    with pytest.raises(util.UserError) as error:
        repo.get_hashes_from_range(spec)
    assert "Traceback" not in str(error.value)
    assert len(str(error.value).splitlines()) <= 2


def test_a_tool_that_is_not_mirrored_yet_says_what_to_do(
    repo: UnionRepo, tmp_path: Path, open_repo: Callable[[], UnionRepo]
) -> None:
    table = TOML.format(name="three", git=tmp_path / "3.git", source="git", build="index")
    with (tmp_path / "upstreams.toml").open("a") as stream:
        stream.write(table)
    with pytest.raises(util.UserError, match="upstreams update three"):
        open_repo().get_hash_from_name("three")


def test_a_hash_that_is_gone_may_have_results(repo: UnionRepo) -> None:
    with pytest.raises(NoSuchNameError):  # asv then looks among its results
        repo.get_hash_from_name("deadbeef")
    with pytest.raises(util.UserError):  # and where it does not, it is one message
        repo.get_hash_from_name("deadbeef")
    with pytest.raises(util.UserError) as error:  # a release that is mistyped stops a HASHFILE
        repo.get_hash_from_name("one/0.9")
    assert not isinstance(error.value, NoSuchNameError)


def test_parents(repo: UnionRepo) -> None:
    assert repo.get_hash_from_parent("one/0.2") == repo.get_hash_from_name("one/0.2~1")
    with pytest.raises(util.UserError, match=r"two/0\.1 is the oldest commit"):
        repo.get_hash_from_parent(repo.get_hash_from_name("two/0.1"))


def test_new_commits(repo: UnionRepo, one: examples.GitUpstream) -> None:
    new = repo.get_new_branch_commits(["one", "two"], set())
    assert len(new) == 6 + 2
    assert one.git("rev-list", "--max-parents=0", "main") not in new
    measured = {repo.get_hash_from_name("one/0.3"), repo.get_hash_from_name("two")}
    assert repo.get_new_branch_commits(["one", "two"], measured) == [one.head]


def test_dates_are_the_committers(repo: UnionRepo) -> None:
    expected = (examples.START + 2 * examples.DAY + 3600) * 1000
    assert repo.get_date(repo.get_hash_from_name("one/0.1")) == expected
    assert repo.get_date_from_name("one/0.1") == expected
    with pytest.raises(util.UserError):
        repo.get_date("deadbeef")


def test_revisions_follow_each_branch(repo: UnionRepo) -> None:
    everything = {commit for tool in ("one", "two") for commit in repo._mirror.branch(tool)}
    numbers = repo.get_revisions(everything)
    assert set(numbers) == everything
    assert len(set(numbers.values())) == len(everything)
    for tool in ("one", "two"):
        order = [numbers[commit] for commit in repo._mirror.branch(tool)]
        assert order == sorted(order, reverse=True)


def test_pull_brings_what_is_new(repo: UnionRepo, open_repo: Callable[[], UnionRepo],
                                 one: examples.GitUpstream) -> None:  # fmt: skip
    new = one.commit(tag="0.4")
    other = open_repo()
    with pytest.raises(util.UserError):
        other.get_hash_from_name("one/0.4")
    other.pull()
    assert other.get_hash_from_name("one/0.4") == new
    assert other.get_branch_commits("one")[0] == new


def test_without_a_network_asv_goes_on(
    repo: UnionRepo, one: examples.GitUpstream, two: examples.GitUpstream,
    open_repo: Callable[[], UnionRepo], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    one.path.rename(one.path.with_name("gone"))
    two.path.rename(two.path.with_name("gone-too"))
    offline = open_repo()
    offline.pull()
    assert names(offline, "one/0.2^!") == ["one/0.2"]
    printed = caplog.text
    assert "does not answer" in printed
    assert "using the mirrored commits" in printed


def test_a_second_process_goes_on(
    repo: UnionRepo, open_repo: Callable[[], UnionRepo], caplog: pytest.LogCaptureFixture
) -> None:
    with files.lock(Path(repo._path).with_suffix(".lock"), "the mirror"):
        second = open_repo()
        second.pull()
    assert names(second, "one/0.2^!") == ["one/0.2"]
    assert "another process updates the upstreams" in caplog.text


def test_nothing_to_start_from(open_repo: Callable[[], UnionRepo]) -> None:
    with pytest.raises(UnreachableError, match="does not answer"):
        open_repo()


def test_a_configuration_that_is_wrong(repo: UnionRepo, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("one = 1")
    with pytest.raises(ConfigError, match=r"wrong\.toml: one: expected a table"):
        UnionRepo(str(tmp_path / "wrong.toml"), "unused")


def test_a_damaged_mirror_is_one_message(
    repo: UnionRepo, open_repo: Callable[[], UnionRepo]
) -> None:
    (Path(repo._path) / "HEAD").write_text("nonsense")
    with pytest.raises(DamagedError, match=r"(?s)cannot be read.*remove"):
        open_repo()


def test_a_release_is_shown_with_its_hash(repo: UnionRepo, one: examples.GitUpstream) -> None:
    expected = f"{one.git('rev-parse', '0.2')[:8]} <one/0.2>"
    assert repo.get_decorated_hash("one/0.2") == expected
    assert repo.get_decorated_hash(repo.get_hash_from_name("one/0.2")) == expected


def test_publishing_asks_git_a_few_times_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_repo: Callable[[], UnionRepo]
) -> None:
    """300 releases and 2,000 commits: asv's own Git class starts a process for each tag."""
    big, two = (
        examples.GitUpstream(tmp_path / "one.git"),
        examples.GitUpstream(tmp_path / "two.git"),
    )
    two.commit(tag="0.1")
    stream = []
    for number in range(2000):
        text = f"change {number}"
        stream.append(
            f"commit refs/heads/main\nmark :{number + 1}\n"
            f"committer C <c@x> {examples.START + number * 3600} +0000\ndata {len(text)}\n{text}\n"
            + (f"from :{number}\n" if number else "")
        )
        if number % 7 == 0:
            stream.append(f"reset refs/tags/0.{number // 7 + 1}\nfrom :{number + 1}\n")
    big.git("fast-import", "--quiet", input="\n".join(stream))
    open_repo()
    calls = []
    real = process.run
    monkeypatch.setattr(
        process, "run", lambda *args, **more: calls.append(args) or real(*args, **more)
    )
    repo = open_repo()
    tags = repo.get_tags()
    revisions = repo.get_revisions(set(tags.values()))
    branches = {branch: repo.get_branch_commits(branch) for branch in ("one", "two")}
    for commit in tags.values():
        repo.get_date_from_name(commit)
        assert any(commit in commits for commits in branches.values())
    ordered = sorted(tags.values(), key=revisions.__getitem__)
    pairs = itertools.pairwise(commit for commit in ordered if commit in branches["one"])
    lengths = {len(repo.get_hashes_from_range(f"{older}..{newer}")) for older, newer in pairs}
    assert (len(tags), len(branches["one"])) == (287, 2000)
    assert lengths == {7}
    assert len(calls) <= 3  # is there a mirror, its refs, its commits
