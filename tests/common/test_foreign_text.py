"""Text from upstream does nothing to a terminal or a page, and shows no credentials."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.common import foreign_text
from tools.common.errors import TrackerError
from tools.common.process import ProgramError


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[31mred\x1b[0m and \x1b]0;title\x07plain", "red and plain"),
        ("\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;no end\nnext", "\nnext"),
        ("\x9b31m\x07\x00\x7f", " 31m   "),
        ("a\u202eb\u2066c", "a b c"),  # would show the rest from right to left
        ("one\r\ntwo\rthree\tfour", "one\ntwo three four"),
        ("\ud800", " "),
        ("שלום <b>&amp; é 🧬", "שלום <b>&amp; é 🧬"),
        ("at https://ann:s3cret@example.org/x@y", "at https://***@example.org/x@y"),
        ("'https://to/ken@example.org'", "'https://to/ken@example.org'"),  # a path, no user
        ("https://s3@cret@example.org", "https://***@example.org"),
        ("git@example.org:ann/tool", "git@example.org:ann/tool"),
    ],
)
def test_examples(text: str, cleaned: str) -> None:
    assert foreign_text.clean(text) == cleaned


@given(st.text(), st.integers(1, 40))
def test_any_text(text: str, limit: int) -> None:
    cleaned = foreign_text.clean(text, limit)
    assert len(cleaned) <= limit
    assert all(character == "\n" or character.isprintable() for character in cleaned)
    line = foreign_text.line(text, limit)
    assert len(line) <= limit
    assert line.isprintable()
    cleaned.encode()  # no lone surrogate


def test_long_text_is_cleaned_in_linear_time() -> None:
    for part in ("a.", "\x1b[", "\x1b]", "://", "x@"):  # a quadratic pattern would take an hour
        assert len(foreign_text.line(part * 500_000, 80)) <= 80


def test_errors_are_clean() -> None:
    dirty = "\x1b[2Jhttps://ann:s3cret@example.org"
    assert str(TrackerError(dirty, hint=dirty)).split() == ["https://***@example.org"] * 2
    error = ProgramError("git failed", dirty, 1)
    assert "s3cret" not in error.output
