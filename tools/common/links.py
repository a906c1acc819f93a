"""Addresses within the site: of a graph, of a commit's page."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

SITE_URL = "GWAS_SITE_URL"  # the environment variable with the address that the site is served at


def site_url() -> str:
    """The site's address, for links from elsewhere; by default that of `asv preview`."""
    return os.environ.get(SITE_URL) or "http://127.0.0.1:8080"


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
