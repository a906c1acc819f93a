"""The packages of tools/ build on each other in one direction."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from tools.common import paths


def imported(file: Path) -> Iterator[str]:
    """The packages of tools/ that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
            if node.module == "tools":
                names = [f"tools.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("tools."))


def test_no_package_imports_one_that_imports_it() -> None:
    graph = {
        package.name: {name for file in package.rglob("*.py") for name in imported(file)}
        - {package.name}
        for package in (paths.ROOT / "tools").iterdir()
        if (package / "__init__.py").exists()
    }
    assert {"alerts", "results"} <= graph["site"]  # it does see the imports
    TopologicalSorter(graph).prepare()  # CycleError names the cycle
