"""Real histories: disjoint branches, which tags count, updates, and what goes wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.upstreams import examples
from tools.common import files, process
from tools.common.errors import (
    BusyError,
    DamagedError,
    DiskFullError,
    UnreachableError,
    UsageError,
)
from tools.upstreams import git_source
from tools.upstreams.mirror import Mirror
from tools.upstreams.repository import Repository

Make = Callable[[str], examples.GitUpstream]


def quiet(text: str) -> None:
    pass


@pytest.mark.parametrize(
    ("tag", "version"),
    [("0.5.0", "0.5.0"), ("v0.3", "0.3"), ("2022.01.0", "2022.1.0"), ("0.2.127.post1",) * 2,
     ("1.0.0.rc1", None), ("0.3.0a1", None), ("pip-0.2.3", None), ("foo", None), ("v", None)],
)  # fmt: skip
def test_release_names(tag: str, version: str | None) -> None:
    found = git_source.release_of(tag)
    assert (None if found is None else str(found)) == version


def test_each_upstream_is_a_branch_of_its_own(mirror: Mirror, git_upstream: Make) -> None:
    one, two = git_upstream("one"), git_upstream("two")
    first = one.commit("the first (#1)", tag="0.1")
    second = two.commit(tag="v0.2", annotated=True)
    assert (
        mirror.update([examples.upstream("one", one.path), examples.upstream("two", two.path)])
        == []
    )
    assert mirror.repository.refs("refs/heads") == {
        "refs/heads/one": first, "refs/heads/two": second
    }  # fmt: skip
    commit = mirror.commit("one/0.1")
    assert (commit.tool, commit.hash, commit.version, commit.source) == (
        "one", first, "0.1", "git"
    )  # fmt: skip
    assert (commit.author, commit.subject) == ("Ann", "the first (#1)")
    assert (
        commit.date.timestamp() == examples.START + examples.DAY + 3600
    )  # the committer's, not Ann's
    assert mirror.commit(second[:10]).version == "0.2"


def test_only_releases_on_the_first_parent_line_are_tagged(
    mirror: Mirror, git_upstream: Make
) -> None:
    one = git_upstream("one")
    one.commit(tag="0.0.9")
    base = one.commit(tag="0.1")
    beside = one.write({"a.txt": "beside"}, [base], "beside")
    one.git("tag", "0.1.1", beside)
    one.commit(tag="0.2a1")
    one.commit("merge", merge=beside, tag="0.2")
    one.git("tag", "nightly", base)
    mirror.update([examples.upstream("one", one.path)], say=quiet)
    assert set(mirror.repository.refs("refs/tags")) == {"refs/tags/one/0.1", "refs/tags/one/0.2"}
    assert [commit.version for commit in mirror.releases("one")] == ["0.1", "0.2"]


def test_the_line_starts_at_the_first_tracked_release(mirror: Mirror, git_upstream: Make) -> None:
    one = git_upstream("one")
    early = one.commit()
    release, between = one.commit(tag="0.1"), one.commit()
    mirror.update([examples.upstream("one", one.path)], say=quiet)
    assert mirror.branch("one") == [between, release]
    assert mirror.tool_of(early) == "one"
    assert mirror.release_before(mirror.commit(early)) is None
    before = mirror.release_before(mirror.commit(between))
    assert before is not None
    assert before.version == "0.1"


def test_an_update_brings_what_is_new(mirror: Mirror, git_upstream: Make) -> None:
    one = git_upstream("one")
    old = one.commit(tag="0.1")
    tracked = [examples.upstream("one", one.path)]
    mirror.update(tracked, say=quiet)
    new = one.commit(tag="0.2")
    said: list[str] = []
    mirror.update(tracked, say=said.append)
    assert mirror.branch("one") == [new, old]
    assert said == ["one: 2 releases, 1 new (git history)"]


def test_a_tag_that_upstream_removed_goes(mirror: Mirror, git_upstream: Make) -> None:
    one = git_upstream("one")
    one.commit(tag="0.1")
    one.commit(tag="0.2")
    tracked = [examples.upstream("one", one.path)]
    mirror.update(tracked, say=quiet)
    one.git("tag", "-d", "0.2")
    mirror.update(tracked, say=quiet)
    assert [commit.version for commit in mirror.releases("one")] == ["0.1"]


def test_a_rewritten_branch_is_said(mirror: Mirror, git_upstream: Make) -> None:
    one = git_upstream("one")
    base = one.commit(tag="0.1")
    one.commit()
    tracked = [examples.upstream("one", one.path)]
    mirror.update(tracked, say=quiet)
    one.head = base
    new = one.commit("another")
    said: list[str] = []
    mirror.update(tracked, say=said.append)
    assert mirror.branch("one") == [new, base]
    assert any("rewrote its branch" in line for line in said)


def test_an_interrupted_fetch_changes_nothing_and_is_taken_up(
    mirror: Mirror, git_upstream: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = git_upstream("one")
    old = one.commit(tag="0.1")
    tracked = [examples.upstream("one", one.path)]
    mirror.update(tracked, say=quiet)
    new = one.commit(tag="0.2")

    with monkeypatch.context() as patch:

        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(Repository, "move", interrupted)  # all is fetched, nothing is shown
        with pytest.raises(KeyboardInterrupt):
            mirror.update(tracked, say=quiet)
    assert mirror.branch("one") == [old]
    # what a killed git leaves behind
    (mirror.path / "packed-refs.lock").touch()
    (mirror.path / "refs" / "heads" / "one.lock").touch()
    leftover = mirror.path / "objects" / "pack" / "tmp_pack_x"
    leftover.parent.mkdir(exist_ok=True)
    leftover.touch()
    mirror.update(tracked, say=quiet)
    assert mirror.branch("one") == [new, old]
    assert not leftover.exists()


def test_an_upstream_that_vanished_leaves_a_usable_mirror(
    mirror: Mirror, git_upstream: Make
) -> None:
    one, two = git_upstream("one"), git_upstream("two")
    old = one.commit(tag="0.1", files={"setup.py": "x"})
    two.commit(tag="0.1")
    tracked = [examples.upstream("one", one.path), examples.upstream("two", two.path)]
    mirror.update(tracked, say=quiet)
    shutil.rmtree(one.path)
    new = two.commit(tag="0.2")
    said: list[str] = []
    assert mirror.update(tracked, say=said.append) == ["one"]
    assert said[0].startswith(f"warning: one: {one.path} does not answer")
    assert mirror.branch("two")[0] == new  # the others are updated
    mirror.checkout(mirror.commit("one/0.1"), mirror.path.parent / "tree")
    assert (mirror.path.parent / "tree" / "setup.py").read_text() == "x"
    assert mirror.commit(old).source == "git"


def test_a_first_update_that_finds_nothing_is_an_error(mirror: Mirror, git_upstream: Make) -> None:
    one = git_upstream("one")
    one.commit(tag="0.1")
    tracked = [examples.upstream("gone", "/nowhere/gone"), examples.upstream("one", one.path)]
    with pytest.raises(UnreachableError, match="gone: /nowhere/gone does not answer"):
        mirror.update(tracked, say=quiet)
    assert [commit.version for commit in mirror.releases("one")] == ["0.1"]


def test_a_missing_branch_is_named(mirror: Mirror, git_upstream: Make) -> None:
    one = git_upstream("one")
    one.commit(tag="0.1")
    with pytest.raises(UnreachableError, match="has no branch 'trunk'"):
        mirror.update([examples.upstream("one", one.path, branch="trunk")], say=quiet)


def test_a_second_process_is_told(mirror: Mirror, git_upstream: Make) -> None:
    one = git_upstream("one")
    one.commit(tag="0.1")
    tracked = [examples.upstream("one", one.path)]
    with files.lock(mirror.path.with_suffix(".lock"), "the mirror"), pytest.raises(BusyError):
        mirror.update(tracked, say=quiet)
    mirror.update(tracked, say=quiet)
    assert mirror.exists()


def test_a_snapshot_that_lacks_a_large_file_serves(mirror: Mirror, git_upstream: Make) -> None:
    one = git_upstream("one")
    large = one.git("hash-object", "-w", "--stdin", input="large")
    inside = {"pkg/code.py": "x", "pkg/tests/io/vcf/data/big.vcf": "large", "docs/a.md": "d"}
    commit = one.commit(tag="0.1", files=inside)
    (one.path / "objects" / large[:2] / large[2:]).unlink()
    mirror.update([examples.upstream("one", one.path)], say=quiet)
    shutil.rmtree(one.path)  # and none of it is needed any more
    tree = mirror.path.parent / "tree"
    mirror.checkout(commit, tree)
    assert sorted(str(path.relative_to(tree)) for path in tree.rglob("*.*") if path.is_file()
                  and ".git" not in path.parts) == ["pkg/code.py"]  # fmt: skip


def test_a_work_tree_is_clean_and_has_upstreams_tags(
    mirror: Mirror, git_upstream: Make, tmp_path: Path
) -> None:
    one = git_upstream("one")
    old = one.commit(tag="0.1", files={"a.py": "old", "gone.py": "x"})
    new = one.commit(files={"a.py": "new"})
    mirror.update([examples.upstream("one", one.path)], say=quiet)
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "stray").touch()
    mirror.checkout(old, tree)
    assert (tree / "a.py").read_text() == "old"
    (tree / "a.py").write_text("edited")
    (tree / "build").mkdir()
    (tree / ".git" / "index.lock").touch()
    mirror.checkout(new, tree)
    assert sorted(path.name for path in tree.iterdir()) == [".git", "a.py"]
    assert (tree / "a.py").read_text() == "new"
    described = Repository(tree / ".git").git("describe", "--tags", new)
    assert described == f"0.1-1-g{new[:7]}"
    (tree / ".git" / "HEAD").unlink()  # a clone that was interrupted
    mirror.checkout(old, tree)
    assert (tree / "a.py").read_text() == "old"


def test_the_users_git_settings_stay_out(
    mirror: Mirror, git_upstream: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = git_upstream("one")
    commit = one.commit("subject", tag="0.1", files={"a.py": "x"})
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text(
        f"[core]\nhooksPath = {tmp_path}\n[color]\nui = always\n[log]\nshowSignature = true\n"
    )
    hook = tmp_path / "post-checkout"
    hook.write_text("#!/bin/sh\nexit 3\n")
    hook.chmod(0o755)
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "foreign-index"))
    mirror.update([examples.upstream("one", one.path)], say=quiet)
    mirror.checkout(commit, tmp_path / "tree")
    assert mirror.commit("one/0.1").subject == "subject"
    assert not (tmp_path / "foreign-index").exists()


def test_a_full_disk_is_named(
    mirror: Mirror, git_upstream: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = git_upstream("one")
    one.commit(tag="0.1")
    real = process.run

    def full(args: Sequence[Any], **more: Any) -> Any:
        if "fetch" in args:
            said = "fatal: write error: No space left on device"
            raise process.ProgramError("git failed", said, 128)
        return real(args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(process, "run", full)
        with pytest.raises(DiskFullError, match="the disk is full"):
            mirror.update([examples.upstream("one", one.path)], say=quiet)
    mirror.update([examples.upstream("one", one.path)], say=quiet)
    assert [commit.version for commit in mirror.releases("one")] == ["0.1"]


def test_a_damaged_mirror_is_named(mirror: Mirror, git_upstream: Make) -> None:
    one = git_upstream("one")
    one.commit(tag="0.1")
    mirror.update([examples.upstream("one", one.path)], say=quiet)
    (mirror.path / "refs" / "heads" / "one").write_text("f" * 40)
    with pytest.raises(DamagedError, match="run `python -m tools upstreams update`"):
        Mirror(mirror.path).releases("one")


def test_unknown_names(mirror: Mirror, git_upstream: Make) -> None:
    one = git_upstream("one")
    one.commit(tag="0.1.0")
    mirror.update([examples.upstream("one", one.path)], say=quiet)
    with pytest.raises(UsageError, match=r"'one/0\.1\.1'.*did you mean one/0\.1\.0\?"):
        mirror.commit("one/0.1.1")
    with pytest.raises(UsageError, match="no commit or release '--all'"):
        mirror.commit("--all")
    with pytest.raises(UsageError, match="'two' is not mirrored"):
        mirror.releases("two")
