"""How much code each tool needs for each task: what a user of the benchmark bodies would write."""

from __future__ import annotations

import ast
from pathlib import Path

from benchmarks._harness import registry

_METHODS = ("open", "compute", "write", "command")


def count(benchmarks: Path) -> dict[str, dict[str, int]]:
    """Lines of code by task and tool, from the task modules in a folder."""
    modules = {task: benchmarks / f"{task}.py" for task in registry.TASKS}
    return {
        task: of_module(path.read_text(encoding="utf-8"))
        for task, path in modules.items()
        if path.exists()
    }


def of_module(text: str) -> dict[str, int]:
    """Lines by tool: the methods that open, compute and write, and a program's options.

    Comments, docstrings, blank lines and imports of the tool are not counted.
    """
    return {
        node.name.lower(): len(set().union(*map(_lines, node.body)))
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef) and node.name.lower() in registry.TOOLS
    }


def _lines(method: ast.stmt) -> set[int]:
    """The numbers of the lines that hold code in the body of a counted method."""
    if not isinstance(method, ast.FunctionDef) or method.name not in _METHODS:
        return set()
    return {
        line
        for statement in method.body
        if not isinstance(statement, (ast.Import, ast.ImportFrom)) and not _is_text(statement)
        for part in ast.walk(statement)
        if isinstance(part, (ast.expr, ast.stmt))
        for line in (part.lineno, part.end_lineno or part.lineno)
    }


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
