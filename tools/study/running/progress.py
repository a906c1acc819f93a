"""A progress bar of a part: the points that its `asv run` has answered so far."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tools.common import files


class Answers:
    """The series whose process has ended since construction, from the ledger."""

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger
        self._read = ledger.stat().st_size if ledger.exists() else 0

    def more(self) -> list[str]:
        """The targets since the last call."""
        if not self._ledger.exists():
            return []
        with self._ledger.open("rb") as stream:
            stream.seek(self._read)
            whole, end, _ = stream.read().rpartition(b"\n")  # the last line may be half written
        self._read += len(whole + end)
        lines = files.json_lines(whole.decode("utf-8", errors="replace"))
        return [line["benchmark"] for line in lines if line.get("phase") == "process"]


@contextmanager
def showing(ledger: Path, targets: Collection[str]) -> Iterator[Callable[[], None]]:
    """A bar of the targets; calling the value brings it up to date from the run's ledger."""
    console = Console()
    if not console.is_terminal:
        yield lambda: None
        return
    answers = Answers(ledger)
    done: set[str] = set()
    bar = Progress(
        TextColumn("      {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task("points", total=len(targets))

        def show() -> None:
            for target in answers.more():
                done.add(target)
                bar.update(task, completed=len(done & set(targets)), description=target)

        yield show
