"""The data of the Alerts page: every event with its proof, its history and the way to look."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from tools.alerts import message
from tools.alerts.events import Event, Store
from tools.alerts.repeats import false_alarms, minimal_detectable


def rows(database: Path) -> list[dict[str, Any]]:
    """All events, the newest first; none where no night has run yet."""
    if not database.exists():
        return []
    store = Store(database)
    try:
        return [_row(event, store) for event in store.all()]
    finally:
        store.close()


def noise(database: Path) -> list[dict[str, Any]]:
    """By stack: our false alarms on repeats of one commit, and what each benchmark can show."""
    if not database.exists():
        return []
    store = Store(database)
    try:
        return [_noise(stack, store) for stack in store.stacks()]
    finally:
        store.close()


def _noise(stack: str, store: Store) -> dict[str, Any]:
    repeats = store.repeats(stack)
    return {
        "stack": stack,
        **asdict(false_alarms(repeats)),
        "pairs": sum(map(len, repeats.values())),
        "detectable": {
            target: ratio
            for target, pairs in repeats.items()
            if (ratio := minimal_detectable(pairs)) is not None
        },
    }


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
