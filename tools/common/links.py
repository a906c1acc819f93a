"""The site's address, and those within it: of a graph, of a commit's page."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from tools.common.errors import UsageError

SITE_URL = "GWAS_SITE_URL"  # the environment variable with the address that the site is served at
_PREVIEW = "http://127.0.0.1:8080"  # of `asv preview`


def configured_site() -> str | None:
    """The address that GWAS_SITE_URL says, if it is set; UsageError where that is none."""
    text = os.environ.get(SITE_URL)
    return site_address(text) if text else None


def site_url() -> str:
    """The site's address, for links from elsewhere; by default that of `asv preview`.

    UsageError where GWAS_SITE_URL is no address.
    """
    return configured_site() or _PREVIEW


def site_address(text: str) -> str:
    """An address that a site can be served at; UsageError for others: they make no links."""
    try:
        found = urlsplit(text)
        plain = text.isprintable() and not set(text) & set(" ?#")
        if found.scheme in ("http", "https") and found.hostname and plain:
            return text
    except ValueError:  # of what it cannot take apart
        pass
    raise UsageError(
        f"{text!r} is no address of a site",
        hint=f"--site or {SITE_URL}: expected one such as https://perf.example.org",
    )


def varying(graph_params: list[dict[str, str | None]]) -> set[str]:
    """The graph parameters with more than one value: the only ones that a link has to name."""
    values: dict[str, set[str | None]] = {}
    for params in graph_params:
        for key, value in params.items():
            values.setdefault(key, set()).add(value)
    return {key for key, found in values.items() if len(found) > 1}


def graph(
    benchmark: str,
    environment: Mapping[str, str | None],
    parameters: Mapping[str, str],
    named: set[str],
) -> str:
    """A link to one line of asv's graph page; `at` adds commits to highlight."""
    query: dict[str, Any] = {
        key: "[none]" if value is None else value
        for key, value in sorted(environment.items())
        if key in named
    }
    query.update({f"p-{name}": value for name, value in parameters.items()})
    return f"index.html#{benchmark}?{urlencode(query)}"


def at(graph_link: str, *commits: str) -> str:
    """The graph link with a commit, or a range of two, highlighted."""
    separator = "" if graph_link.endswith("?") else "&"
    return f"{graph_link}{separator}commits={'-'.join(commits)}"
