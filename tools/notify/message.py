"""The message on an event: subject, text, and the address of its page."""

import bisect
import hashlib
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tools.alerts import events, explain, states
from tools.alerts.events import Event, SeriesChange
from tools.common import foreign_text

_UNITS = {"seconds": ("faster", "slower"), "bytes": ("less memory", "more memory")}
_FUNCTIONS = 3  # of the profile
_LINES = 12  # series that are listed; the event's page has all
_EVENTS = 100  # of a summary that are listed
_SUMMARY = "summary-"
_CUT = " [...]"
_ALERTS = ".venv/bin/python -m tools alerts"  # as in README, so that a line can be copied


@dataclass(frozen=True)
class Message:
    """Plain text throughout; the channel that sends it escapes what upstream wrote."""

    key: str  # of the message: another copy of it has the same
    subject: str
    state: str  # the event's, and why
    body: str
    url: str

    @property
    def text(self) -> str:
        """The body with the address of the page."""
        return f"{self.body}\npage     {self.url}\n"

    @property
    def version(self) -> str:
        """A hash of the words: another site's address does not change it."""
        return hashlib.sha256(f"{self.subject}\n{self.body}".encode()).hexdigest()

    @property
    def is_summary(self) -> bool:
        """Whether it is on several events."""
        return is_summary(self.key)


def compose(event: Event, site: str, commit: Mapping[str, Any] | None = None) -> Message:
    """The message on an event; `site` is the address of the published site.

    `commit` is the upstream commit's description, where the commit is known.
    """
    url = f"{site.rstrip('/')}/alerts.html?event={event.id}"
    texts = subject(event), _state(event), _body(event, commit or {})
    title, state, body = map(foreign_text.clean, texts)
    message = Message("", title, state, body, url)
    return replace(message, key=f"event-{event.uid}-{message.version[:16]}")


def summary(entries: Sequence[tuple[Event, Message]], site: str) -> Message:
    """One message on several events, each with its subject and the address of its page."""
    of_tools = [event for event, _ in entries if event.kind != events.MACHINE]
    better = sum(event.better for event in of_tools)
    counts = {
        "regressions": len(of_tools) - better,
        "improvements": better,
        "of the machine": len(entries) - len(of_tools),
    }
    named = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    title = f"{len(entries)} new events: {named}"
    parts = [title, ""]
    for _, message in entries[:_EVENTS]:
        parts += [shortened(message.subject, 300), f"  {message.url}"]
    if len(entries) > _EVENTS:
        parts.append(f"and {len(entries) - _EVENTS} more")
    of_events = " ".join(sorted(event.uid for event, _ in entries))
    key = _SUMMARY + hashlib.sha256(of_events.encode()).hexdigest()[:32]
    return Message(key, title, "new", "\n".join(parts), f"{site.rstrip('/')}/alerts.html")


def is_summary(key: str) -> bool:
    """Whether a message with this key is on several events."""
    return key.startswith(_SUMMARY)


def shortened(text: str, limit: int, escape: Callable[[str], str] = str) -> str:
    """The text, cut with a mark if it has more than `limit` characters once it is escaped."""
    if len(escape(text)) <= limit:
        return text
    longest = limit - len(escape(_CUT))
    kept = bisect.bisect(range(len(text)), longest, key=lambda end: len(escape(text[:end]))) - 1
    return text[: max(0, kept)] + _CUT


def subject(event: Event) -> str:
    """One line: what, how much, where."""
    change = event.headline
    if event.kind == events.MACHINE:
        return f"machine {event.machine}: {title(change)} at {_where(event)}"
    verb = "fixed: " if event.state == states.RESOLVED or event.evidence.fixes else ""
    return f"{verb}{event.tool}: {title(change, event)} at {_where(event)}"


def title(change: SeriesChange, event: Event | None = None) -> str:
    """A series and its change, in words: "pca in Sgkit: time_compute 1.5 x slower".

    With an event, the ratio is that of the proof where there is one for the series.
    """
    ratio = event.ratio(change) if event else change.ratio
    lower, higher = _UNITS.get(change.unit, ("lower", "higher"))
    size = max(ratio, 1 / ratio) if ratio > 0 else float("inf")
    return f"{change.title} {size:.3g} x {lower if ratio < 1 else higher}"


def _where(event: Event) -> str:
    if event.commit:
        return event.commit[:8]
    old, new = event.ends
    span = f"{old[:8]}..{new[:8]}"
    versions = _versions(event)
    return f"{span}, by {', '.join(versions)}" if versions else span


def _versions(event: Event) -> list[str]:
    """The dependency that made the change with both versions, or the few that it may be."""
    if event.kind != events.DEPENDENCY:
        return []
    return [
        f"{package.name} {package.old or 'none'} -> {package.new or 'none'}"
        for package in event.evidence.dependencies or ()
    ]


def _state(event: Event) -> str:
    """The state, with the reason unless the proof says it."""
    until = f" until {event.until}" if event.until else ""
    proven = event.state in (states.CONFIRMED, states.REFUTED) and event.evidence.confirmation
    reopened = event.evidence.reopened == event.why
    return f"{event.state}{until}" + ("" if proven and not reopened else f": {event.why}")


def _body(event: Event, commit: Mapping[str, Any]) -> str:
    parts = [subject(event), "", f"event    {event.id}", f"state    {_state(event)}"]
    if commit:
        parts += [
            f"commit   {commit.get('hash', '')}",
            f"author   {commit.get('author', '')}, {commit.get('date', '')}",
            f"subject  {commit.get('subject', '')}",
            *(f"see      {commit[key]}" for key in ("url", "pull") if commit.get(key)),
            "",
        ]
    parts += [
        f"proof    {proof.key.metric}: ratio {proof.ratio:.3g}, 99 % interval {proof.low:.3g} to "
        f"{proof.high:.3g}, {proof.pairs} interleaved pairs in fresh processes"
        for proof in event.proofs
    ]
    parts += _dependencies(event)
    parts += [f"stack    {event.stack}, machine {event.machine}"]
    parts += [f"fixes    event {number}" for number in event.evidence.fixes]
    parts += [*_why(event), "", "series:"]
    parts += [f"  {title(change)}" for change in event.series[:_LINES]]
    if len(event.series) > _LINES:
        parts.append(f"  and {len(event.series) - _LINES} more")
    again = command(event)
    parts += ["", *([f"again    {again}"] if again else [])]
    labels = ("decide   ", "      or ", "      or ")
    parts += [label + decision for label, decision in zip(labels, decisions(event), strict=False)]
    return "\n".join(parts)


def _dependencies(event: Event) -> list[str]:
    """The dependency, and the evidence for it."""
    if event.kind != events.DEPENDENCY:
        return []
    of_packages = event.evidence.packages  # asked only where the frozen stack has no answer
    reason = (
        "the packages alone make the change" if of_packages else "the frozen stack shows no change"
    )
    parts = [f"cause    {change} ({reason})" for change in _versions(event)]
    if of_packages:
        parts.append(
            f"packages the newer commit with the older ones and with its own: {of_packages}"
        )
    return parts


def _why(event: Event) -> list[str]:
    """Other metrics that changed, and the functions that take longer or shorter."""
    parts = [
        f"beside   {metric.key.metric} {metric.old:.4g} -> {metric.new:.4g}"
        + ("" if metric.key in event.changed else " (within the noise)")
        for metric in event.evidence.beside
        if explain.is_noticed(metric.old, metric.new)
    ]
    return parts + [
        f"profile  {function.function} {function.old:.3g} s -> {function.new:.3g} s"
        for function in explain.main_functions(event)[:_FUNCTIONS]
    ]


def command(event: Event) -> str | None:
    """The command that measures the event again in any checkout; None for the machine's."""
    if event.kind == events.MACHINE:
        return None
    old, new = event.ends
    change = event.headline
    words = [f"{_ALERTS} compare", old[:12], new[:12], change.key.benchmark]
    words += [shlex.quote(f"{name}={value}") for name, value in change.key.plain.items()]
    return " ".join([*words, "--stack", event.stack])


def decisions(event: Event) -> list[str]:
    """The commands to decide about an event, with blanks to fill in."""
    if not states.STATES[event.state].suggested:
        return []
    return [
        f'{_ALERTS} ack {event.id} --why "..."',
        f'{_ALERTS} expect {event.id} --why "..."',
        f'{_ALERTS} suppress {event.id} --until YYYY-MM-DD --why "..."',
    ]
