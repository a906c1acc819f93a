"""How much code each tool needs for each task: what a user of the benchmark bodies would write."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks._harness import registry

_METHODS = ("open", "compute", "write", "command")


@dataclass(frozen=True)
class Size:
    """Lines that hold code, and the statements in them."""

    lines: int
    statements: int


def count(benchmarks: Path) -> dict[str, dict[str, Size]]:
    """By task and tool, from the task modules in a folder."""
    modules = {task: benchmarks / f"{task}.py" for task in registry.TASKS}
    return {
        task: of_module(path.read_text(encoding="utf-8"))
        for task, path in modules.items()
        if path.exists()
    }


def of_module(text: str) -> dict[str, Size]:
    """By tool: the bodies of the methods that open, compute and write, and a program's options.

    Comments, docstrings, blank lines and imports of the tool are not counted.
    """
    return {
        node.name.lower(): _size(_statements(node.body))
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef) and node.name.lower() in registry.TOOLS
    }


def _statements(members: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of the counted methods but for imports and docstrings."""
    for method in members:
        if isinstance(method, ast.FunctionDef) and method.name in _METHODS:
            for statement in method.body:
                is_text = isinstance(statement, ast.Expr) and isinstance(
                    statement.value, ast.Constant
                )
                if not is_text and not isinstance(statement, (ast.Import, ast.ImportFrom)):
                    yield statement


def _size(statements: Iterable[ast.stmt]) -> Size:
    parts = [part for statement in statements for part in ast.walk(statement)]
    lines = {
        line
        for part in parts
        if isinstance(part, (ast.expr, ast.stmt))
        for line in (part.lineno, part.end_lineno)
    }
    return Size(len(lines), sum(isinstance(part, ast.stmt) for part in parts))
