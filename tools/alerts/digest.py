"""Events as one plain text, with an exit code that scripts can act on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tools.alerts import events
from tools.alerts.events import Event
from tools.alerts.message import Message

NOTHING, SLOWER, ONLY_FASTER, ONLY_MACHINE = 0, 10, 11, 12


def write(told: Sequence[tuple[Event, Message]], say: Callable[[str], None]) -> int:
    """Say each message; the exit code for them."""
    for _, text in told:
        say("\n" + text.text)
    say(f"{len(told)} events to tell of")
    of_tools = [event for event, _ in told if event.kind != events.MACHINE]
    if any(not event.better for event in of_tools):
        return SLOWER
    if of_tools:
        return ONLY_FASTER
    return ONLY_MACHINE if told else NOTHING
