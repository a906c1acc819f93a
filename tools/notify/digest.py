"""The digest: events as one plain text, with an exit code for scripts."""

from collections.abc import Callable, Sequence

from tools.alerts import events
from tools.alerts.events import Event
from tools.notify.message import Message

NOTHING, SLOWER, ONLY_FASTER, ONLY_MACHINE, INCOMPLETE = 0, 10, 11, 12, 14


def write(
    notifications: Sequence[tuple[Event, Message]],
    say: Callable[[str], None],
    failed: Sequence[str] = (),
) -> int:
    """Say each message and each failure; returns the exit code.

    A failure goes before all news: who reads only the code must not take the night for a good one.
    """
    for _, message in notifications:
        say("\n" + message.text)
    say(f"{len(notifications)} new events")
    for what in failed:
        say(f"failed: {what}")
    if failed:
        return INCOMPLETE
    of_tools = [event for event, _ in notifications if event.kind != events.MACHINE]
    if any(not event.better for event in of_tools):
        return SLOWER
    if of_tools:
        return ONLY_FASTER
    return ONLY_MACHINE if notifications else NOTHING


def exit_code(code: int, *, of_news: bool) -> int:
    """The exit code of a command: that of news only where the user asked for it."""
    return code if of_news or code == INCOMPLETE else NOTHING
