"""What a wheel is built from: a tree that git knows whole, whatever the mirror lacks."""

from pathlib import Path

from tools.common import process
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
