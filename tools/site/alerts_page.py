"""The data of the Alerts page: every event with its proof, its history and the way to look."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from tools.alerts import message
from tools.alerts.events import Event, Store


def rows(database: Path) -> list[dict[str, Any]]:
    """All events, the newest first; none where no night has run yet."""
    if not database.exists():
        return []
    store = Store(database)
    try:
        return [_row(event, store) for event in store.all()]
    finally:
        store.close()


def _row(event: Event, store: Store) -> dict[str, Any]:
    target = event.worst.target
    return {
        **{key: value for key, value in asdict(event).items() if key != "lines"},
        "title": message.subject(event),
        "better": event.better,
        "lines": [
            {**asdict(line), "ratio": line.ratio, "graph": f"index.html#{_benchmark(line.target)}"}
            for line in event.lines
        ],
        "pairs": store.pairs(event.id, target, event.old, event.new),
        "answers": store.answers(event.id),
        "history": store.history(event.id),
        "command": message.command(event),
    }


def _benchmark(target: str) -> str:
    """The benchmark of asv's "module.Class.method-3"."""
    return target.rpartition("-")[0] or target
