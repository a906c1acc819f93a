"""How much code each tool needs for each task: what a user of the benchmark bodies would write."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from tools.study.analysis.measurements import TASKS, TOOLS

_METHODS = ("open", "compute", "write", "command")


@dataclass(frozen=True)
class Size:
    """Lines that hold code, and the statements in them."""

    lines: int
    statements: int


def count(benchmarks: Path) -> dict[str, dict[str, Size]]:
    """By task and tool, from the task modules in a folder."""
    found: dict[str, dict[str, Size]] = {}
    for task in TASKS:
        path = benchmarks / f"{task}.py"
        if path.exists():
            found[task] = of_module(path.read_text(encoding="utf-8"))
    return found


def of_module(text: str) -> dict[str, Size]:
    """By tool: the bodies of the methods that open, compute and write, and PLINK's options.

    Comments, docstrings, blank lines and imports of the tool are not counted.
    """
    sizes = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and node.name.lower() in TOOLS:
            statements = [
                statement
                for method in node.body
                if isinstance(method, ast.FunctionDef) and method.name in _METHODS
                for statement in _code(method.body)
            ]
            lines = {
                line
                for statement in statements
                for part in ast.walk(statement)
                if isinstance(part, (ast.expr, ast.stmt))
                for line in (part.lineno, part.end_lineno)
            }
            inner = [part for one in statements for part in ast.walk(one)]
            count = sum(isinstance(part, ast.stmt) for part in inner)
            sizes[node.name.lower()] = Size(len(lines), count)
    return sizes


def _code(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements but for imports and docstrings."""
    return [
        statement
        for statement in body
        if not isinstance(statement, (ast.Import, ast.ImportFrom))
        and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    ]
