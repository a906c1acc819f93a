"""Addresses of the site and of its graphs."""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from tools.common.errors import UsageError

SITE_URL = "GWAS_SITE_URL"  # the environment variable with the site's address
_PREVIEW = "http://127.0.0.1:8080"  # `asv preview` serves the site there


def configured_site() -> str | None:
    """The address in GWAS_SITE_URL; None when it is not set, UsageError when it is not valid."""
    text = os.environ.get(SITE_URL)
    return site_address(text) if text else None


def site_url() -> str:
    """The address in GWAS_SITE_URL, or that of `asv preview`; UsageError when it is not valid."""
    return configured_site() or _PREVIEW


def site_address(text: str) -> str:
    """`text` if it is a valid address of a site; UsageError otherwise."""
    try:
        parts = urlsplit(text)
        is_plain = text.isprintable() and not set(text) & set(" ?#")
        if parts.scheme in ("http", "https") and parts.hostname and is_plain:
            return text
    except ValueError:  # urlsplit refuses it
        pass
    raise UsageError(
        f"{text!r} is not an address of a site",
        hint=f"--site and {SITE_URL} expect an address such as https://perf.example.org",
    )


def varying(graph_params: list[dict[str, str | None]]) -> set[str]:
    """The graph parameters with more than one value; a link needs no others."""
    values: dict[str, set[str | None]] = {}
    for params in graph_params:
        for key, value in params.items():
            values.setdefault(key, set()).add(value)
    return {key for key, choices in values.items() if len(choices) > 1}


def graph(
    benchmark: str,
    environment: Mapping[str, str | None],
    parameters: Mapping[str, str],
    named: set[str],
) -> str:
    """A link to one series on the graph page. `named` are the parameters to include.

    asv's own links, `index.html#BENCHMARK?QUERY`, have the same parameters, and lead there too.
    """
    query: dict[str, Any] = {"benchmark": benchmark}
    query |= {
        key: "[none]" if value is None else value
        for key, value in sorted(environment.items())
        if key in named
    }
    query |= {f"p-{name}": value for name, value in parameters.items()}
    return f"graph.html?{urlencode(query)}"


def at(graph_link: str, *commits: str) -> str:
    """`graph_link` with a commit, or a range of two, highlighted."""
    return f"{graph_link}&commits={'-'.join(commits)}"
