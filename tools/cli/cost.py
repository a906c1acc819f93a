"""`python -m tools cost`: how a run's wall time divides into measurement and overhead."""

import argparse
import datetime
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.common import files, paths
from tools.common.errors import DamagedError, UsageError
from tools.results.result_file import is_number

PAUSE = 3600  # seconds without a line: a pause between two commands that share a ledger
COLUMNS = ("measure", "setup", "start", "data", "environment", "asv", "wall")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The ledger to read."""
    parser.add_argument("--ledger", type=Path, help="a file of .cache/ledger (newest by default)")
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Print seconds and shares per tool."""
    ledger = args.ledger or _newest()
    rows = add_up(_read(ledger))
    if args.json:
        print(json.dumps(rows, indent=2))
        return 0
    table = Table(title=f"seconds by tool ({ledger.name})")
    for column in ("tool", *COLUMNS, "measured"):
        table.add_column(column, justify="left" if column == "tool" else "right")
    for tool, row in rows.items():
        share = f"{100 * row['measure'] / row['wall']:.0f} %" if row["wall"] else "-"
        table.add_row(tool, *(f"{row[column]:.1f}" for column in COLUMNS), share)
    Console().print(table)
    print(
        "measure: timed calls and whole fresh processes that are themselves the measurement; "
        "setup: warm-up, opening, checking;\nstart: interpreter, imports, JVM; environment: "
        "locks, wheels, installing; asv: everything else of the wall time."
    )
    return 0


def add_up(lines: Iterable[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Seconds by tool and column, and `all`; a process's unexplained rest counts as start.

    Wall time is counted between consecutive lines and given to the tool of the later one.
    """
    rows: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0.0))
    ordered = sorted(lines, key=lambda line: line["at"])
    before = None
    for line in ordered:
        at = datetime.datetime.fromisoformat(line["at"])
        tool = line["tool"] or "(none)"
        if before is not None and line["phase"] != "begin":
            gap = (at - before).total_seconds()
            rows[tool]["wall"] += gap if gap < PAUSE else 0.0
        before = at
        if line["phase"] == "process":
            rows[tool]["start"] += line["seconds"]  # less what the harness explains, below
        elif line["phase"] in ("measure", "setup"):
            rows[tool][line["phase"]] += line["seconds"]
            rows[tool]["start"] -= line["seconds"]
        elif line["phase"] in ("environment", "data"):
            rows[tool][line["phase"]] += line["seconds"]
    for row in rows.values():
        known = sum(row[column] for column in ("measure", "setup", "start", "data", "environment"))
        row["asv"] = max(0.0, row["wall"] - known)
    total = {column: sum(row[column] for row in rows.values()) for column in COLUMNS}
    return {**{tool: rows[tool] for tool in sorted(rows)}, "all": total}


def _newest() -> Path:
    ledgers = sorted(paths.cache("ledger").glob("*.jsonl"), key=lambda path: path.stat().st_mtime)
    if not ledgers:
        raise UsageError("no run has left a ledger yet", hint="run `make demo` or `asv run` first")
    return ledgers[-1]


def _read(path: Path) -> list[dict[str, Any]]:
    """The lines of a ledger; a warning says how many are damaged, as after a kill."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        raise UsageError(f"no such ledger: {path}") from None
    lines = [line for line in files.json_lines(text) if _is_sound(line)]
    damaged = len(text.splitlines()) - len(lines)
    if damaged and not lines:
        raise DamagedError(f"{path}: no line is that of a ledger")
    if damaged:
        print(f"warning: {path}: {damaged} damaged lines are left out", file=sys.stderr)
    return lines


def _is_sound(line: dict[str, Any]) -> bool:
    try:
        at = datetime.datetime.fromisoformat(line["at"])
        texts = (line["tool"], line["phase"])
        return (
            at.tzinfo is not None
            and all(isinstance(text, str) for text in texts)
            and is_number(line["seconds"])
        )
    except (LookupError, TypeError, ValueError):
        return False
