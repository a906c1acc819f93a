"""The claim of an `asv run` on the machine: held until its process ends."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tools.environments.machine import alone
from tools.execution import benchmark_server, cost_ledger

_held = ExitStack()  # released by the operating system when this process ends
_claimed: list[Path] = []


def claim(root: Path) -> None:
    """Be `alone` as long as this process runs; the first time, begin a run."""
    if not _claimed:
        _held.enter_context(alone(root))
        _claimed.append(root)
        benchmark_server.kill_orphans()
        cost_ledger.start()
