"""Every package that the tracker imports is declared in requirements.in."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tools.common import paths

OWN = {"benchmarks", "datasets", "tools", "tests"}
# otava_worker.py and hail_script.py run in environments of their own
ELSEWHERE = {"otava", "hail"}


def imported(file: Path) -> Iterator[str]:
    """The top-level packages that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).partition(".")[0]


def declared(name: str) -> set[str]:
    lines = (paths.ROOT / name).read_text().splitlines()
    return {normal(re.split(r"[^\w.-]", line)[0]) for line in lines if line[:1].isalpha()}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def undeclared(folder: str, names: set[str]) -> set[str]:
    distributions = packages_distributions()
    modules = {name for file in (paths.ROOT / folder).rglob("*.py") for name in imported(file)}
    foreign = modules - sys.stdlib_module_names - OWN - ELSEWHERE
    return {
        name
        for name in foreign
        if not names & {normal(found) for found in distributions.get(name, [name])}
    }


def test_imports_are_declared() -> None:
    names = declared("requirements.in")
    assert "requests" in names
    assert undeclared("tools", names) == set()
    assert undeclared("datasets", names) == set()
    # the check does see what is imported
    assert undeclared("tools", names - {"requests"}) == {"requests"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_what_is_installed_has_hashes_which_are_required(name: str) -> None:
    entries = re.split(r"^(?=\S)", (paths.ROOT / name).read_text(), flags=re.MULTILINE)[1:]
    assert len(entries) > 30
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    installing = [
        line for line in (paths.ROOT / "Makefile").read_text().splitlines() if name in line
    ]
    assert [line for line in installing if "pip install" in line and "--require-hashes" in line]
