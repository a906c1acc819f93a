"""Upstreams that are wrong on purpose, or by accident: each costs at most itself."""

from __future__ import annotations

import datetime
import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.upstreams import examples
from tools.common.errors import UnreachableError, UsageError
from tools.upstreams import dates, git_source
from tools.upstreams.mirror import Mirror

Make = Callable[[str], examples.GitUpstream]
TOKEN = "s3cret"


@pytest.fixture
def one(git_upstream: Make) -> examples.GitUpstream:
    upstream = git_upstream("one")
    upstream.commit(tag="0.1")
    return upstream


def update(mirror: Mirror, one: examples.GitUpstream | str, **changes: object) -> list[str]:
    """Update the mirror from `one`; returns what is said."""
    said: list[str] = []
    path = one if isinstance(one, str) else one.path
    mirror.update([examples.upstream("one", path, **changes)], say=said.append)
    return said


@pytest.mark.parametrize(
    "date",
    [b"253402300800 +0000", b"99999999999999999999 +0000", b"-1 +0000", b"0 +0000", b"never", b"",
     b"17179869185 +0000", b"4000000000 +9999"],
)  # fmt: skip
def test_an_impossible_date_is_that_of_the_parent(
    mirror: Mirror, one: examples.GitUpstream, date: bytes
) -> None:
    parent = one.head
    assert parent
    odd = one.commit_raw(committer=b"Com <c@x> " + date)
    last = one.commit()
    assert any(f"impossible; the dates of their parents are used ({odd[:8]})" in line
               for line in update(mirror, one))  # fmt: skip
    dated = {commit.hash: commit.date for commit in mirror.commits([last, odd, parent])}
    assert dated[odd] == dated[parent]
    assert mirror.history().in_order() == [parent, odd, last]
    assert not any("impossible" in line for line in update(mirror, one))  # said once


def test_dates_before_the_first_possible_one_are_that_of_the_child() -> None:
    day = examples.START
    stated = {"d": 10**12, "c": day, "b": 0, "a": -5}
    parents = {"d": "c", "c": "b", "b": "a", "a": ""}
    assert dates.possible(stated, parents) == dict.fromkeys("dcba", day)
    alone = dates.possible({"a": 0}, {"a": ""})["a"]
    assert datetime.datetime.fromtimestamp(alone, datetime.timezone.utc).year == 2000


@pytest.mark.parametrize("zone", [b"+9999", b"-99999999", b"zone", b""])
def test_time_zones_move_no_date(mirror: Mirror, one: examples.GitUpstream, zone: bytes) -> None:
    odd = one.commit_raw(committer=b"Com <c@x> %d %s" % (examples.START, zone))
    update(mirror, one)
    assert mirror.commit(odd).date.timestamp() == examples.START


@pytest.mark.parametrize(
    ("changed", "author", "subject", "body"),
    [
        ({"message": b"\x1b[31mred\x1b[0m\xe2\x80\xae <b>\n\nb\xffdy \x1b]0;x\x07"},
         "Ann", "red <b>", "b�dy "),
        ({"author": b"\xff\xfe\x07 <a@x> 1 +0000"}, "��", "changed", ""),
        ({"author": b"A\x00 <a@x> 1 +0000"}, "", "changed", ""),
        ({"author": b""}, "", "changed", ""),
        ({"message": b"a\x00b"}, "Ann", "a", ""),
        ({"message": b""}, "Ann", "", ""),
        ({"message": b"\xe9", "extra": b"encoding latin1\n"}, "Ann", "é", ""),
        ({"message": b"\xe9", "extra": b"encoding \x1b[1mnone\n"}, "Ann", "�", ""),
        ({"message": b"a\rb\r\n\r\nc"}, "Ann", "a b", "c"),
        ({"message": b"see https://ann:s3cret@example.org"}, "Ann",
         "see https://***@example.org", ""),
    ],
)  # fmt: skip
def test_texts_of_commits_are_clean(
    mirror: Mirror, one: examples.GitUpstream, changed: dict[str, bytes], author: str,
    subject: str, body: str,
) -> None:  # fmt: skip
    odd = one.commit_raw(**changed)
    update(mirror, one)
    commit = mirror.commit(odd)
    assert (commit.author, commit.subject, commit.body) == (author, subject, body)


def test_long_texts_are_cut(mirror: Mirror, one: examples.GitUpstream) -> None:
    message = b"x" * 200_000 + b"\n\n" + b"y" * 200_000
    odd = one.commit_raw(author=b"z" * 5000 + b" <a@x> 1 +0000", message=message)
    update(mirror, one)
    commit = mirror.commit(odd)
    assert [len(text) for text in (commit.author, commit.subject, commit.body)] == [
        100, 300, 10_000
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["path", "url"])
def test_a_shallow_clone_is_refused(
    mirror: Mirror, one: examples.GitUpstream, tmp_path: Path, how: str
) -> None:
    one.commit()
    update(mirror, one)
    before = mirror.branch("one")
    for tag in ("0.2", "0.3", "0.4"):
        one.commit(tag=tag)
    shallow = tmp_path / "shallow"
    subprocess.run(
        ["git", "clone", "-q", "--bare", "--depth", "2", one.path.as_uri(), shallow], check=True
    )
    address = str(shallow) if how == "path" else shallow.as_uri()
    said = update(mirror, address)  # what is mirrored stays
    assert "only a part of its history" in said[0]
    assert "git fetch --unshallow --tags" in said[0]
    assert mirror.branch("one") == before
    with pytest.raises(UnreachableError, match="only a part of its history"):
        update(Mirror(tmp_path / "other.git"), address)
    subprocess.run(
        ["git", "--git-dir", shallow, "fetch", "-q", "--unshallow", "--tags"], check=True
    )
    update(mirror, address)
    assert len(mirror.branch("one")) == 5


def test_a_copied_history_with_a_gap_is_refused(mirror: Mirror, one: examples.GitUpstream) -> None:
    """git fetch refuses it too; without a file it would be copied."""
    lost = one.commit()
    one.commit()
    (one.path / "objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(UnreachableError, match="only a part of its history"):
        update(mirror, one)
    assert not mirror.exists()


def test_tags_that_name_no_release(mirror: Mirror, one: examples.GitUpstream) -> None:
    assert one.head
    blob = one.git("hash-object", "-w", "--stdin", input="x")
    tree = one.git("rev-parse", f"{one.head}^{{tree}}")
    for name, target in {
        "0.2": blob, "0.3": tree, "1." + "9" * 200: one.head, "0.4;rm -rf": one.head,
        "$(id)": one.head, "é": one.head, "\u202e0.5": one.head, "0.6/x": one.head,
        "0.7\\n": one.head, "v-0.8": one.head,
    }.items():  # fmt: skip
        subprocess.run(  # git refuses some of these names itself
            ["git", "--git-dir", one.path, "update-ref", f"refs/tags/{name}", target],
            capture_output=True, check=False,
        )  # fmt: skip
    one.git("tag", "-a", "-m", "blob", "0.9", blob)
    one.commit(tag="1.0")
    assert update(mirror, one)[-1] == "one: 2 releases, 2 new (git history)"
    assert [commit.version for commit in mirror.releases("one")] == ["0.1", "1.0"]


@pytest.mark.parametrize("tag", ["9" * 5000, "1.0+a.lock", "1.0+" + "a" * 100])
def test_versions_that_no_ref_can_have(tag: str) -> None:
    assert git_source.release_of(tag) is None


def test_a_tag_is_moved_deleted_and_made_again(mirror: Mirror, one: examples.GitUpstream) -> None:
    def mirrored(warned: bool = False) -> dict[str | None, str]:
        said = update(mirror, one)
        assert ("warning: one: upstream moved or removed the tags of 0.2" in said) == warned
        return {commit.version: commit.hash for commit in mirror.releases("one")}

    first = one.head
    assert first
    second = one.commit(tag="0.2")
    assert mirrored() == {"0.1": first, "0.2": second}
    third = one.commit()
    one.git("tag", "-f", "0.2", third)
    assert mirrored(warned=True) == {"0.1": first, "0.2": third}
    one.git("tag", "-d", "0.2")
    assert mirrored(warned=True) == {"0.1": first}
    one.git("tag", "-a", "-m", "again", "0.2", second)
    assert mirrored() == {"0.1": first, "0.2": second}


def test_a_commit_with_two_releases_has_the_higher_version(
    mirror: Mirror, one: examples.GitUpstream
) -> None:
    head = one.commit(tag="0.9")
    one.git("tag", "0.10", head)
    update(mirror, one)
    assert [commit.version for commit in mirror.releases("one")] == ["0.1", "0.10"]
    assert mirror.find("one/0.9") == mirror.find("one/0.10") == head


def test_an_empty_repository(mirror: Mirror, git_upstream: Make) -> None:
    with pytest.raises(UnreachableError, match="has no branch 'main'"):
        update(mirror, git_upstream("empty"))


def test_a_branch_that_disappears_stays_mirrored(
    mirror: Mirror, one: examples.GitUpstream
) -> None:
    update(mirror, one)
    one.git("branch", "-m", "main", "trunk")
    one.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    said = update(mirror, one)
    assert "has no branch 'main'; its default branch is 'trunk'" in said[0]
    assert mirror.branch("one") == [one.head]
    update(mirror, one, branch="trunk")
    assert mirror.branch("one") == [one.head]


def test_an_unrelated_history(mirror: Mirror, one: examples.GitUpstream) -> None:
    old = one.head
    assert old
    update(mirror, one)
    one.head = None
    new = one.commit("all anew", tag="0.2")
    assert any("rewrote its branch" in line for line in update(mirror, one))
    assert mirror.branch("one") == [new]
    with pytest.raises(UsageError, match="on no tracked branch: its upstream rewrote"):
        mirror.commit(old)


def test_a_merge_that_takes_the_branch_off_its_first_parents(
    mirror: Mirror, one: examples.GitUpstream
) -> None:
    """`git pull` of a fork's owner: the old commits are ancestors, but no graph shows them."""
    base, old = one.head, one.commit()
    assert base
    update(mirror, one)
    beside = one.write({"a.txt": "beside"}, [base], "beside")
    one.head = one.write({"a.txt": "merge"}, [beside, old], "merge")
    one.git("update-ref", "refs/heads/main", one.head)
    assert any("rewrote its branch" in line for line in update(mirror, one))
    assert mirror.branch("one") == [one.head, beside, base]
    assert mirror.commit(old).tool == "one"


def test_an_octopus_merge(mirror: Mirror, one: examples.GitUpstream) -> None:
    base = one.head
    assert base
    sides = [one.write({"a.txt": str(number)}, [base], f"side {number}") for number in range(5)]
    other_root = one.write({"b.txt": "root"}, [], "another root")
    one.head = one.write({"a.txt": "all"}, [base, *sides, other_root], "octopus")
    one.git("update-ref", "refs/heads/main", one.head)
    one.git("tag", "0.2", sides[0])
    update(mirror, one)
    assert mirror.branch("one") == [one.head, base]
    assert mirror.commit(sides[1]).tool == mirror.commit(other_root).tool == "one"
    assert [commit.version for commit in mirror.releases("one")] == ["0.1"]


def test_replaced_and_grafted_history_does_not_count(
    mirror: Mirror, one: examples.GitUpstream
) -> None:
    base, middle, last = one.head, one.commit(), one.commit()
    assert base
    one.git("replace", "--graft", last, base)
    (one.path / "info").mkdir(exist_ok=True)
    (one.path / "info" / "grafts").write_text(f"{last} {base}\n")
    update(mirror, one)
    assert mirror.branch("one") == [last, middle, base]


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves the file `sprung` when it runs."""
    program = tmp_path / "trap"
    program.write_text(f'#!/bin/sh\ntouch {tmp_path}/sprung\nexec "$@"\n')
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("lacks_file", [False, True])
def test_a_local_upstreams_settings_and_hooks_run_nothing(
    mirror: Mirror, one: examples.GitUpstream, trap: Path, lacks_file: bool
) -> None:
    commit = one.commit(tag="0.2", files={"a.py": "x", "tests/data/big": "large"})
    if lacks_file:
        blob = one.git("rev-parse", f"{commit}:tests/data/big")
        (one.path / "objects" / blob[:2] / blob[2:]).unlink()
    with (one.path / "config").open("a") as stream:
        stream.write(
            f"[core]\nfsmonitor = {trap}\nhooksPath = {trap.parent}/hooks\nsshCommand = {trap}\n"
            f"pager = {trap}\ngitProxy = {trap}\nalternateRefsCommand = {trap}\n"
            f"[uploadpack]\npackObjectsHook = {trap}\n"
            f'[protocol]\nallow = always\n[protocol "ext"]\nallow = always\n'
            f'[remote "origin"]\nurl = ext::{trap}\npromisor = true\nuploadpack = {trap}\n'
            f"[extensions]\npartialClone = origin\n[credential]\nhelper = !{trap}\n"
            f'[filter "x"]\nsmudge = {trap}\nprocess = {trap}\nrequired = true\n'
        )
    for name in ("post-checkout", "reference-transaction", "pre-receive", "post-update"):
        for folder in (one.path / "hooks", trap.parent / "hooks"):
            folder.mkdir(exist_ok=True)
            (folder / name).symlink_to(trap)
    update(mirror, one)
    mirror.checkout(commit, mirror.path.parent / "tree")
    assert (mirror.path.parent / "tree" / "a.py").read_text() == "x"
    assert not (trap.parent / "sprung").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_another_users_repository_says_what_to_do(
    mirror: Mirror, one: examples.GitUpstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    os.chown(one.path, 12345, 12345)
    with pytest.raises(UnreachableError, match="if you trust it, run") as error:
        update(mirror, one)
    (command,) = re.findall("`(git .*)`", str(error.value))
    subprocess.run(shlex.split(command), check=True)
    assert update(mirror, one)[-1] == "one: 1 releases, 1 new (git history)"


def test_a_local_upstream_that_links_to_other_files(
    mirror: Mirror, one: examples.GitUpstream, tmp_path: Path
) -> None:
    """Its objects are copied where git fetch refuses, but not what they link to."""
    secret = tmp_path / "secret"
    secret.write_text("key")
    commit = one.commit(tag="0.2", files={"a.py": "x", "tests/data/big": "large"})
    blob = one.git("rev-parse", f"{commit}:tests/data/big")
    loose = one.path / "objects" / blob[:2] / blob[2:]
    loose.unlink()
    loose.symlink_to(secret)
    update(mirror, one)
    copied = [path for path in mirror.path.rglob("*") if path.is_file()]
    assert not any(path.samefile(secret) for path in copied)
    assert mirror.branch("one")[0] == commit


def test_what_upstreams_code_left_in_a_work_tree_does_not_run(
    mirror: Mirror, one: examples.GitUpstream, trap: Path, tmp_path: Path
) -> None:
    first, second = one.head, one.commit(files={"a.py": "x", ".gitattributes": "*.py filter=x"})
    assert first
    update(mirror, one)
    tree = tmp_path / "tree"
    mirror.checkout(first, tree)
    with (tree / ".git" / "config").open("a") as stream:
        stream.write(f'[core]\nfsmonitor = {trap}\n[filter "x"]\nsmudge = {trap} cat\n')
    (tree / ".git" / "hooks").mkdir(exist_ok=True)
    (tree / ".git" / "hooks" / "post-checkout").symlink_to(trap)
    mirror.checkout(second, tree)
    assert (tree / "a.py").read_text() == "x"
    assert not (tmp_path / "sprung").exists()


def test_odd_files_of_a_commit(mirror: Mirror, one: examples.GitUpstream, tmp_path: Path) -> None:
    """Names that are not UTF-8 or differ by case, links out of the tree, a submodule."""
    blob = one.git("hash-object", "-w", "--stdin", input="/etc")
    entries = (
        b"100644 blob %(b)s\t\xff\xfe\x00100644 blob %(b)s\tNAME\x00100644 blob %(b)s\tname\x00"
        b"120000 blob %(b)s\tlink\x00160000 commit %(c)s\tsub\x00"
        b"100644 blob %(b)s\t.gitmodules\x00"
        b"100644 blob %(b)s\t-rf\x00100644 blob %(b)s\tnew\nline\x00"
    ) % {b"b": blob.encode(), b"c": b"1" * 40}
    tree = subprocess.run(
        ["git", "--git-dir", one.path, "mktree", "-z"], input=entries, check=True,
        capture_output=True,
    ).stdout.decode().strip()  # fmt: skip
    assert one.head
    one.head = one.git("commit-tree", tree, "-p", one.head, "-m", "odd")
    one.git("update-ref", "refs/heads/main", one.head)
    update(mirror, one)
    mirror.checkout(one.head, tmp_path / "tree")
    names = set(os.listdir(os.fsencode(tmp_path / "tree")))
    assert names >= {b"\xff\xfe", b"NAME", b"name", b"link", b"sub", b"-rf", b"new\nline"}
    mirror.checkout(one.git("rev-parse", "0.1"), tmp_path / "tree")
    assert {path.name for path in (tmp_path / "tree").iterdir()} == {".git", "a.txt"}
    assert Path("/etc/passwd").exists()


@pytest.mark.parametrize(
    "address", [f"http://ann:{TOKEN}@127.0.0.1:1/x.git", f"http://{TOKEN}@127.0.0.1:1/x.git"]
)
def test_a_token_in_an_address_is_never_printed_or_kept(
    mirror: Mirror, one: examples.GitUpstream, address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UnreachableError) as error:
        update(mirror, address)
    assert "http://***@127.0.0.1:1/x.git does not answer" in str(error.value)
    update(mirror, one)
    said = [*update(mirror, address), str(error.value), *capfd.readouterr()]
    assert "***@127.0.0.1" in said[0]
    assert not any(TOKEN in text for text in said)
    kept = [path for path in mirror.path.parent.rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in path.read_bytes() for path in kept)


@pytest.mark.parametrize(
    "address", ["--upload-pack=touch sprung", "ext::touch sprung", "fd::3", "-oProxyCommand=x:y"]
)
def test_an_address_that_is_an_option_or_a_command_runs_nothing(
    mirror: Mirror, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """upstreams.toml refuses them (test_config); this is the second line of defence."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text('[protocol]\nallow = always\n[protocol "ext"]\n'
                                         "allow = always\n")  # fmt: skip
    upstream = examples.upstream("one").model_copy(update={"git": address})
    with pytest.raises(UnreachableError, match="does not answer"):
        mirror.update([upstream], say=lambda _: None)
    assert not (tmp_path / "sprung").exists()


def test_a_date_of_tomorrow_is_possible() -> None:
    assert dates.is_possible(int(time.time()) + 3600)
    assert not dates.is_possible(int(time.time()) + 3 * 86_400)
