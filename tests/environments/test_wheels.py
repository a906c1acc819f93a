"""What a wheel is built from: a tree that git knows whole, whatever the mirror lacks."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tools.common import process
from tools.common.errors import BuildError
from tools.environments import wheels


def git(tree: Path, *args: str) -> str:
    return process.run(["git", *args], cwd=tree).stdout


def test_a_tree_whose_history_is_not_whole_can_be_listed(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "tool" / "part" / "tests").mkdir(parents=True)
    for name in ("tool", "tool/part", "tool/part/tests"):
        (tree / name / "__init__.py").touch()
    (tree / ".gitignore").write_text("part/\n")
    # as setuptools_scm finds it: a commit with an object that is not there
    git(tree, "init", "--quiet")
    (tree / ".git" / "HEAD").write_text("0" * 39 + "1\n")
    wheels._commit_anew(tree, "1.2.0")
    listed = git(tree, "archive", "--format=tar", "HEAD")
    assert "tool/part/__init__.py" in listed
    assert git(tree, "describe", "--tags").startswith("1.2.0-1-g")


def test_packages_that_a_wheel_must_hold(tmp_path: Path) -> None:
    for name in ("tool", "tool/part", "tool/part/tests", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    assert wheels._packages(tmp_path, "tool") == {"tool/__init__.py", "tool/part/__init__.py"}


def test_a_package_that_links_out_of_the_tree_is_not_searched(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "__init__.py").touch()
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "tool").symlink_to(tmp_path / "outside")
    assert wheels._packages(tmp_path / "tree", "tool") == set()


@pytest.mark.parametrize("content", [b"no archive", b"", None])
def test_a_file_that_is_no_wheel_is_a_failed_build(tmp_path: Path, content: bytes | None) -> None:
    wheel = tmp_path / "tool-1.0-py3-none-any.whl"
    if content is None:
        wheel.symlink_to(tmp_path / "nowhere")
    else:
        wheel.write_bytes(content)
    commit: Any = SimpleNamespace(hash="a" * 40)
    with pytest.raises(BuildError, match="the wheel of aaaaaaaa cannot be read"):
        wheels._names(commit, wheel)


def test_the_users_git_settings_do_not_touch_a_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "foreign"))
    (tmp_path / ".gitconfig").write_text(
        f"[core]\nhooksPath = {tmp_path}\n[commit]\ngpgsign = true\n"
        f'[filter "x"]\nclean = touch {tmp_path}/sprung\n'
    )
    hook = tmp_path / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 3\n")
    hook.chmod(0o755)
    tree = tmp_path / "tree"
    (tree / ".git").mkdir(parents=True)
    (tree / ".gitattributes").write_text("* filter=x\n")
    wheels._commit_anew(tree, None)
    assert not (tmp_path / "sprung").exists()


def test_a_commit_without_files_is_a_tree_too(tmp_path: Path) -> None:
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    wheels._commit_anew(tmp_path / "tree", "1.0")
