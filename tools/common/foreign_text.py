"""Text that upstream, a server or a program wrote, cleaned and cut for people to read.

The only place that does so, for pages, messages, logs and the terminal. Each channel escapes what
its own format reserves (HTML, Slack, XML).
"""

import re

# ANSI control sequences: CSI (colours, cursor), OSC (titles, links), others of two or three
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[()]?[0-~])")
_CREDENTIALS = re.compile(r"://[^\s/?#]*@")


def without_credentials(text: str) -> str:
    """The text with `https://user:token@host` as `https://***@host`."""
    return _CREDENTIALS.sub("://***@", text)


def clean(text: str, limit: int | None = None) -> str:
    """The text without credentials, terminal sequences and invisible characters.

    Control characters and marks that change the direction of text become spaces; line breaks stay.
    `limit` is the greatest number of characters; a longer text ends with an ellipsis.
    """
    text = _SEQUENCE.sub("", without_credentials(text))
    if limit is not None and len(text) > limit:
        text = text[: limit - 1] + "…"
    return "\n".join(line if line.isprintable() else _printable(line) for line in text.split("\n"))


def line(text: str, limit: int) -> str:
    """`clean` as one line."""
    return clean(" ".join(clean(text).split()), limit)


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() else " " for c in line.rstrip("\r"))
