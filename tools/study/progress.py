"""How far a part is, on a terminal: the points that its `asv run` has answered so far."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def showing(ledger: Path, targets: Collection[str]) -> Iterator[Callable[[], None]]:
    """A bar of the targets; calling the value brings it up to date from the run's ledger."""
    begun = ledger.stat().st_size if ledger.exists() else 0
    console = Console()
    bar = Progress(
        TextColumn("      {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("points", total=len(targets))

        def show() -> None:
            done = answered(ledger, begun)
            last = done[-1] if done else "points"
            bar.update(task, completed=len(set(done) & set(targets)), description=last)

        yield show


def answered(ledger: Path, begun: int) -> list[str]:
    """The targets whose process has ended, from the ledger's lines after `begun` bytes."""
    if not ledger.exists():
        return []
    with ledger.open("rb") as stream:
        stream.seek(begun)
        text = stream.read().decode("utf-8", errors="replace")
    # the last line may be half written
    lines = [json.loads(line) for line in text.split("\n")[:-1] if line]
    return [line["benchmark"] for line in lines if line["phase"] == "process"]
