"""asv's own pages, kept as classic.html and made to work offline and on a phone."""

from __future__ import annotations

import re
from pathlib import Path

from tools.common import files
from tools.site import vendor

CLASSIC = "classic.html"  # asv calls it index.html, which is our overview

_ELEMENT = re.compile(
    r'<(?:script|link)\b[^>]*?\b(?P<attribute>src|href)="(?P<address>https?://[^"]+)"[^>]*>'
)
_HEAD = """<meta name="viewport" content="width=device-width, initial-scale=1">
    <link href="asv-extra.css" rel="stylesheet">
    <script src="asv-extra.js"></script>
    <script defer src="failed.js"></script>
  </head>"""
_REGRESSIONS = '<li id="nav-li-regressions"><a href="#/regressions">Regressions</a></li>'
_OURS = '\n\t<li><a href="index.html">Overview</a></li>'


def localise(html: str) -> str:
    """The page with each script and stylesheet of a CDN replaced by the local copy."""

    def replace(match: re.Match[str]) -> str:
        name = vendor.local_name(match["address"])
        if name is None:
            raise ValueError(f"no local copy is known of {match['address']}")
        if match["attribute"] == "href":
            return f'<link rel="stylesheet" href="vendor/{name}">'
        return f'<script src="vendor/{name}" onerror="js_load_failure()">'

    return _ELEMENT.sub(replace, html)


def extend(html: str) -> str:
    """asv's index.html with our style and scripts, and a link to our overview."""
    for old, new in (("</head>", _HEAD), (_REGRESSIONS, _REGRESSIONS + _OURS)):
        if html.count(old) != 1:
            raise ValueError(f"asv's index.html is not the one of asv 0.6.6: no {old!r}")
        html = html.replace(old, new)
    return html


def finish(html_dir: Path) -> str | None:
    """Move asv's page in a site to CLASSIC; returns why it needs CDNs, None where it needs none.

    The page that takes its place comes later.
    """
    index = html_dir / "index.html"
    text = extend(index.read_text(encoding="utf-8"))
    index.unlink()
    problem = vendor.problem()
    if problem is None:
        vendor.copy_to(html_dir)
        text = localise(text)
    files.write_text(html_dir / CLASSIC, text)
    return problem
