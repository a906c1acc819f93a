"""docs/glossary.md: each term stands there once; each name in its last column is in the code."""

import pkgutil
import re

import pytest

from tools.common import paths

TEXT = (paths.ROOT / "docs" / "glossary.md").read_text()
ROWS = re.findall(r"^\| (.+?) \| (.+?) \| `([\w.]+)` \|$", TEXT, re.MULTILINE)


@pytest.mark.parametrize("name", sorted({name for _, _, name in ROWS}))
def test_the_name_is_in_the_code(name: str) -> None:
    pkgutil.resolve_name(name)


def test_each_term_stands_once() -> None:
    terms = [term for term, _, _ in ROWS]
    assert len(terms) > 80
    assert len(terms) == len(set(terms))


def test_each_row_has_a_term_a_meaning_and_a_name() -> None:
    lines = [line for line in TEXT.splitlines() if line.startswith("|")]
    headings = 2 * sum(line.startswith("|---") for line in lines)
    assert len(lines) == len(ROWS) + headings
