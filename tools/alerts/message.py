"""What people are told of an event: one subject, one text, one address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.alerts import events
from tools.alerts.events import Event, Line

_UNITS = {"seconds": ("faster", "slower"), "bytes": ("less memory", "more memory")}
_LINES = 12  # series that are listed; the event's page has all


@dataclass(frozen=True)
class Message:
    """Plain text throughout: what upstream wrote is escaped by the channel that sends it."""

    subject: str
    text: str
    url: str


def compose(event: Event, site: str, commit: Mapping[str, Any] | None = None) -> Message:
    """The message on an event; `site` is the address of the published site.

    `commit` has subject, author, date and url of the upstream commit, where it is known.
    """
    url = f"{site.rstrip('/')}/alerts.html?event={event.id}"
    return Message(subject(event), _text(event, url, commit or {}), url)


def subject(event: Event) -> str:
    """One line: what, how much, where."""
    line = event.worst
    if event.kind == events.MACHINE:
        return f"machine {event.machine}: {title(line)} at {event.new[:8]}"
    verb = "fixed: " if event.state == events.RESOLVED else ""
    return f"{verb}{event.tool}: {title(line, event)} at {_where(event)}"


def title(line: Line, event: Event | None = None) -> str:
    """A series and its change, in words: "pca in Sgkit: time_compute 1.5 x slower"."""
    ratio = line.ratio
    if event is not None and "confirmation" in event.facts and line == event.worst:
        ratio = event.facts["confirmation"]["ratio"]
    lower, higher = _UNITS.get(line.unit, ("lower", "higher"))
    size = max(ratio, 1 / ratio) if ratio > 0 else float("inf")
    return f"{line.title} {size:.3g} x {lower if ratio < 1 else higher}"


def _where(event: Event) -> str:
    found = event.facts.get("range")
    if found and not found["between"]:
        return found["bad"][:8]
    old, new = (found["good"], found["bad"]) if found else (event.old, event.new)
    return f"{old[:8]}..{new[:8]}"


def _text(event: Event, url: str, commit: Mapping[str, Any]) -> str:
    parts = [subject(event), ""]
    if commit:
        parts += [
            f"commit   {commit.get('hash', '')}",
            f"author   {commit.get('author', '')}, {commit.get('date', '')}",
            f"subject  {commit.get('subject', '')}",
            *([f"see      {commit['url']}"] if commit.get("url") else []),
            "",
        ]
    proof = event.facts.get("confirmation")
    if proof:
        parts += [
            f"proof    ratio {proof['ratio']:.3g}, 99 % interval {proof['low']:.3g} to "
            f"{proof['high']:.3g}, {proof['pairs']} interleaved pairs in fresh processes",
        ]
    for one in event.facts.get("dependencies", ()):
        versions = f"{one['old'] or 'none'} -> {one['new'] or 'none'}"
        parts.append(f"cause    {one['name']} {versions} (the frozen stack shows no change)")
    parts += [f"stack    {event.stack}, machine {event.machine}", "", "series:"]
    parts += [f"  {title(line)}" for line in event.lines[:_LINES]]
    if len(event.lines) > _LINES:
        parts.append(f"  and {len(event.lines) - _LINES} more")
    parts += ["", f"page     {url}"]
    if event.kind == events.CODE:
        parts.append(f"again    {command(event)}")
    return "\n".join(parts) + "\n"


def command(event: Event) -> str:
    """The one command that measures the event again."""
    return f"python -m tools alerts confirm {event.id}"
