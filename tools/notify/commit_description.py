"""Upstream's description of an event's commit, with links."""

import re
from collections.abc import Mapping
from typing import Any

from tools.alerts.events import Event
from tools.common.errors import DamagedError, UsageError
from tools.upstreams.mirror import Mirror

# words before a number that say it is an issue's
_OF_ISSUES = r"(?:fix|fixe[sd]|close[sd]?|resolve[sd]?|issues?|bugs?|workaround|see|for|and|[,&])"


def pull_request(subject: str) -> int | None:
    """The pull request that a subject names: `... (#123)`, `Merge pull request #123 ...`.

    And `... #123`, unless the words before say that it is an issue. GitHub redirects an issue's
    number that is taken for a pull request.
    """
    bracketed = re.search(r"\(#(\d+)\)\s*$", subject)
    match = bracketed or re.match(r"Merge pull request #(\d+)", subject)
    if match is None and not re.search(_OF_ISSUES + r"\s*#\d+\s*$", subject, re.IGNORECASE):
        match = re.search(r"\s#(\d+)\s*$", subject)
    return int(match[1]) if match else None


def commit(event: Event, mirror: Mirror, links: Mapping[str, str]) -> dict[str, Any]:
    """The commit of an event; empty if it is not known, or no longer mirrored.

    hash, author, date, subject, body, and where `links` has a template: url, pull, compare.
    """
    if event.commit is None:
        return {}
    try:
        upstream = mirror.commit(event.commit)
    except (UsageError, DamagedError):  # no such commit, or no mirror to ask
        return {}
    number = pull_request(upstream.subject)
    old, new = event.ends
    addresses: dict[str, tuple[str, dict[str, Any]]] = {
        "url": ("commit", {"hash": new}),
        "compare": ("compare", {"old": old, "new": new}),
        **({"pull": ("pull_request", {"number": number})} if number else {}),
    }
    return {
        "hash": upstream.hash,
        "author": upstream.author,
        "date": upstream.date.date().isoformat(),
        "subject": upstream.subject,
        "body": upstream.body,
        **{
            name: links[template].format(**values)
            for name, (template, values) in addresses.items()
            if template in links and upstream.source == "git"
        },
    }
