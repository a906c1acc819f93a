"""Reserve the machine for an `asv run`, until its process ends."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tools.environments.machine import measuring_lock
from tools.execution import benchmark_server, cost_ledger

_locks = ExitStack()  # the operating system releases them when this process ends
_claimed: list[Path] = []


def claim(root: Path) -> None:
    """Hold the measuring lock until this process ends; the first call begins a run."""
    if not _claimed:
        _locks.enter_context(measuring_lock(root))
        _claimed.append(root)
        benchmark_server.kill_orphans()
        cost_ledger.start()
