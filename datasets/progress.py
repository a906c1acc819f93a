"""Progress of long work: a bar a stage on a terminal, a line a stage elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

Advance = Callable[[int], None]


class Reporter(Protocol):
    """Receives the progress of long work."""

    def stage(self, title: str, total: int | None) -> AbstractContextManager[Advance]:
        """A context manager; its value is called with each amount of work done."""

    def note(self, text: str) -> None:
        """Show a message."""


class OnConsole:
    """A Reporter on the console: bars with the time left, or plain lines without a terminal."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)

    @contextmanager
    def stage(self, title: str, total: int | None) -> Iterator[Advance]:
        started = time.monotonic()
        bar = Progress(
            TextColumn("  {task.description:<28}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        with bar:
            task = bar.add_task(title, total=total)
            yield lambda amount: bar.advance(task, amount)
        self._console.print(f"  {title:<28} {time.monotonic() - started:7.1f} s", markup=False)

    def note(self, text: str) -> None:
        self._console.print(f"  {text}", markup=False)
