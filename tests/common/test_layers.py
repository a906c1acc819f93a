"""Imports between packages go one way: `benchmarks`, `datasets` and those of `tools`."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from tools.common import paths

TOP = ("benchmarks", "datasets", "tools")


def package_of(module: str) -> str:
    """The unit of the graph that a module belongs to: `benchmarks`, `datasets`, `tools.alerts`."""
    parts = module.split(".")
    return ".".join(parts[: 2 if parts[0] == "tools" else 1])


def imported(file: Path) -> Iterator[str]:
    """The modules of this project that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            module = node.module or ""
            names = [f"{module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue  # a relative import stays within its package
        yield from (name for name in names if name.split(".")[0] in TOP)


def graph() -> dict[str, set[str]]:
    """What each package imports. The entry points directly in `tools/` may import all."""
    found: dict[str, set[str]] = {}
    for file in (file for top in TOP for file in (paths.ROOT / top).rglob("*.py")):
        parts = file.relative_to(paths.ROOT).parts
        if parts[0] == "tools" and len(parts) == 2:
            continue
        package = package_of(".".join(parts[:-1]))
        found.setdefault(package, set()).update(map(package_of, imported(file)))
    return {package: names - {package} for package, names in found.items()}


def test_no_package_imports_one_that_imports_it() -> None:
    found = graph()
    assert {"tools.alerts", "tools.results"} <= found["tools.site"]  # it does see the imports
    assert "tools.common" in found["datasets"]
    TopologicalSorter(found).prepare()  # CycleError names the cycle


def test_benchmarks_import_neither_data_sets_nor_tools() -> None:
    assert graph()["benchmarks"] == set()


def test_only_the_entry_points_import_the_commands() -> None:
    assert {package for package, names in graph().items() if "tools.cli" in names} == set()
