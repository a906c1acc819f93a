"""The navigation of asv's pages and of ours: all of it in sight, and nothing below it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.site import example
from tests.site.browsing import Visit, needs_chromium

pytestmark = needs_chromium


def below_navigation(page: Any) -> float:
    """Where the page may begin: asv's bar is fixed, and may have the title below it."""
    boxes = [page.locator(part).bounding_box() for part in ("#nav", "#nav-li-graphdisplay")]
    return max(box["y"] + box["height"] for box in boxes)


@pytest.mark.parametrize("width", [1900, 1280, 1101, 1000, 768, 390])
def test_nothing_is_below_the_navigation(
    browser: Any, address: str, tmp_path: Path, width: int
) -> None:
    visit = Visit(browser, address, width, False, tmp_path)
    longest = max((one.name for one in example.BENCHMARKS), key=len)
    page = visit.open(f"classic.html#{longest}?branch=sgkit", "#main-graph canvas")
    page.evaluate("document.getElementById('title').textContent += '_and_still_longer'")
    assert page.locator("#nav").bounding_box()["height"] < 60  # one line
    top = below_navigation(page)
    for part in ("#main-graph > div[style*='-2ex']", "#graphdisplay-navigation .panel"):
        assert page.locator(part).first.bounding_box()["y"] >= top
    visit.check("navigation")
    visit.close()


@pytest.mark.parametrize("name", ["index", "graph", "list", "changes", "alerts", "study"])
def test_all_pages_are_in_sight_in_our_navigation(visit: Visit, name: str) -> None:
    page = visit.open(f"{name}.html", "h1")
    links = page.locator("nav a")
    assert links.count() == 6
    for link in links.all():
        box = link.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= visit.width
