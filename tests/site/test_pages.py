"""Our pages in Chromium: what they show, their addresses, what can be saved, axe-core's rules."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site import example
from tests.site.browsing import Visit, needs_chromium
from tests.site.made_site import Project

pytestmark = needs_chromium

TIMES = "\N{MULTIPLICATION SIGN}"
PCA = "graph.html?task=pca&metric=time_compute&p-data=smoke&stack=frozen"


@pytest.fixture(scope="module")
def desktop(
    browser: Any, address: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visit]:
    """One visit for all tests that need no fresh one."""
    made = Visit(browser, address, 1280, False, tmp_path_factory.mktemp("desktop"))
    yield made
    left = [one for one in made.problems if not one.startswith("failed: ")]  # by leaving a page
    assert left == []
    made.close()


@pytest.fixture(params=[(1280, False), (390, True)], ids=["desktop-light", "phone-dark"])
def either(
    request: pytest.FixtureRequest, browser: Any, address: str, tmp_path: Path
) -> Iterator[Visit]:
    made = Visit(browser, address, *request.param, tmp_path)
    yield made
    made.close()


def saved(page: Any, label: str) -> bytes:
    """The file that a button saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name=label, exact=True).first.click()
    return Path(download.value.path()).read_bytes()


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_no_page_violates_a_rule_of_axe(either: Visit, published: Project) -> None:
    commit = published.commits["sgkit"][example.SLOWER_AT]
    opened = {
        "index.html": ".trend", PCA: ".u-over", "list.html": ".spark", "changes.html": "td",
        "alerts.html": "main table", "alerts.html?event=1": ".chart",
        "study.html": "#missing", f"commit.html?h={commit}": "td", "error.html": "h1",
    }  # fmt: skip
    for name, awaited in opened.items():
        either.open(name, awaited)
        assert either.violations() == [], name
        if name != "error.html":
            either.check(re.sub(r"\W+", "-", name)[:30])
    either.open("classic.html", ".benchmark-plot canvas")
    assert either.violations()  # asv's own: it can find some


def test_the_overview_says_how_the_tools_stand(either: Visit) -> None:
    page = either.open("index.html", ".trend")
    assert page.locator("#night").inner_text() == (
        "No night has run yet. Last measured: 2021-10-18 12:26 UTC."
    )
    card = page.locator(".card", has_text="Sgkit").first
    assert "1 open alert" in card.inner_text()
    assert f"PCA, Sgkit, compute only: 1.60 {TIMES} slower since 0.12.0" in card.inner_text()
    row = page.locator("#task-pca")
    assert row.locator(".compared td.number").all_inner_texts()[1::2] == [
        "fastest", f"23.8 {TIMES}", f"18.8 {TIMES}",
    ]  # fmt: skip
    mark = row.locator(".trend a")
    assert mark.get_attribute("aria-label").endswith(f"1.60 {TIMES} slower since 0.12.0")
    assert mark.get_attribute("href") == "alerts.html?event=1"
    assert page.locator("h2", has_text="Largest confirmed changes").count() == 1
    assert page.locator("tr:has(.badge.worse)").count() == 1
    row.get_by_role("link", name="PCA", exact=True).click()
    page.wait_for_selector(".u-over")
    assert page.locator("h1").inner_text() == "PCA, compute only"


@pytest.mark.parametrize(
    ("old", "new", "awaited"),
    [
        ("#pca.Hail.time_compute?p-data=%27smoke%27", "graph.html?task=pca&", ".u-over"),
        ("#/summarylist?branch=sgkit", "list.html?", ".spark"),
        ("#/regressions", "changes.html?direction=worse", "td"),
        ("#/", "index.html", ".trend"),
    ],
)
def test_old_links_lead_to_the_new_pages(desktop: Visit, old: str, new: str, awaited: str) -> None:
    desktop.page.goto("about:blank")
    page = desktop.open(f"index.html{old}", awaited)
    assert new in page.url.replace("least=1.1&", "")
    if "graph" in new:
        assert "tool=hail" in page.url
        assert "p-data=smoke" in page.url


def test_a_graph_has_releases_changes_and_values(either: Visit, published: Project) -> None:
    page = either.open(PCA, ".marks a")
    mark = page.locator(".marks a")
    assert mark.count() == 1
    assert f"1.59 {TIMES} slower since 0.12.0, event 1" in str(mark.get_attribute("aria-label"))
    buttons = page.get_by_role("group", name="Tools").get_by_role("button")
    assert buttons.all_inner_texts() == ["Sgkit", "Hail", "PLINK"]
    assert page.locator(".wide tbody tr").count() == 14
    page.locator(".plotted").focus()
    page.keyboard.press("ArrowRight")
    said = page.locator(".readout").inner_text()
    assert "Sgkit 0.4.0 of 2020-09-17: 501 ms (492 ms to 507 ms), 8 samples" in said
    rows = rows_of(saved(page, "Save the graph as CSV"))
    assert {row["tool"] for row in rows} == {"sgkit", "hail", "plink"}
    first = next(row for row in rows if row["tool"] == "sgkit")
    assert first["commit"] == published.commits["sgkit"][4]
    assert len(first["samples"].split()) == 8
    assert float(first["low"]) < float(first["value"]) < float(first["high"])
    assert saved(page, "Save the graph as PNG").startswith(b"\x89PNG")
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("main blockquote")
    either.check("graph-to-event")


def test_what_is_chosen_and_the_zoom_are_in_the_address(desktop: Visit) -> None:
    page = desktop.open(PCA, ".u-over")
    page.get_by_label("Stack").focus()
    page.get_by_label("Stack").select_option("each")
    page.wait_for_selector("li:has-text('Sgkit, stack dated')")
    assert page.evaluate("document.activeElement.parentElement.firstChild.textContent") == "Stack"
    page.get_by_role("button", name="Hail", exact=True).click()
    page.get_by_role("button", name="Hail", pressed=False).wait_for()
    page.get_by_label("Axis").select_option("order")
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_function("location.search.includes('from=')")
    address, rows = page.url, page.locator("tbody tr").all_inner_texts()
    for part in ("stack=each", "tool=sgkit&tool=plink", "x=order"):
        assert part in address
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector(".u-over")
    assert page.url == address
    assert page.locator("tbody tr").all_inner_texts() == rows
    page.get_by_role("button", name="Show all").click()
    page.wait_for_function("!location.search.includes('from=')")


def test_a_graph_is_zoomed_with_a_mouse_and_with_fingers(desktop: Visit) -> None:
    page = desktop.open(f"{PCA}&tool=sgkit", ".u-over")
    page.locator(".u-over").scroll_into_view_if_needed()
    box = page.locator(".u-over").bounding_box()
    left, right, y = box["x"] + 200, box["x"] + 500, box["y"] + 100
    page.mouse.move(left, y)
    page.mouse.down()
    page.mouse.move(right, y, steps=4)
    page.mouse.up()
    page.wait_for_function("location.search.includes('from=')")
    page.mouse.dblclick(left, y)  # uPlot's way back
    page.wait_for_function("!location.search.includes('from=')")
    page.evaluate(
        """([left, right]) => {
            const fingers = (type, ...places) => places.forEach((x, at) => document
                .querySelector('.u-over').dispatchEvent(new PointerEvent(type,
                    {pointerType: 'touch', pointerId: at + 1, clientX: x, bubbles: true})));
            fingers('pointerdown', left + 100, right - 100);
            fingers('pointermove', left, right);
            fingers('pointerup', left, right);
        }""",
        [left, right],
    )
    page.wait_for_function("location.search.includes('from=')")


def test_a_value_that_was_not_measured_gives_way(desktop: Visit) -> None:
    page = desktop.open("graph.html?benchmark=pca.Sgkit.no_such&p-data=elsewhere", ".u-over")
    assert "PCA" in page.locator("h1").inner_text()
    assert "p-data=1kg-sites" in page.url


def test_the_list_is_searched_and_sorted_by_its_address(desktop: Visit) -> None:
    page = desktop.open("list.html", ".spark")
    assert page.locator("h2#controls + p + table .spark").count() > 0
    assert "pca.Spark.time_compute" not in page.locator("table").all_inner_texts()[0]
    page.get_by_text("1 benchmark without a value").click()
    assert page.get_by_text("pca.Spark.time_compute").is_visible()
    page.get_by_label("Search").fill("frozen SGKIT pca smoke")
    page.wait_for_function("document.querySelectorAll('tbody tr').length === 4")  # and PLINK
    page.get_by_label("Order").select_option("change")
    page.wait_for_function("location.search.includes('order=change')")
    first = page.locator("tbody tr").first
    assert first.locator(".badge.worse").inner_text() == f"1.59 {TIMES} slower"
    page.reload()
    page.wait_for_selector(".spark")
    assert page.locator("tbody tr").count() == 4
    rows = rows_of(saved(page, "Save series as CSV"))
    assert rows[0]["benchmark"] == "pca.Sgkit.time_compute"
    first.get_by_role("link").first.click()
    page.wait_for_selector(".u-over")
    assert {"tool=sgkit", "stack=frozen", "p-data=smoke"} <= {*page.url.split("?")[1].split("&")}


def test_changes_that_were_confirmed_are_apart_and_have_the_colours(either: Visit) -> None:
    page = either.open("changes.html", "tbody tr")
    assert page.locator("h2").all_inner_texts() == [
        "Confirmed (1)", "Seen, not confirmed (19)", "Controls and the machine (6)", "Kinds",
    ]  # fmt: skip
    [proven] = page.locator("tr:has(.badge.worse)").all()
    assert "PCA, Sgkit, compute only" in proven.inner_text()
    assert "event 1: confirmed" in proven.inner_text()
    assert page.locator(".badge.better").count() == 0
    seen = page.locator("#seen + p + table tbody tr")
    assert f"10.1 {TIMES} faster" in seen.first.inner_text()  # the largest is first
    assert (
        seen.filter(has_text="throughput").filter(has_text=f"1.50 {TIMES} less, worse").count()
        == 4
    )
    controls = page.locator("#machine + p + table").inner_text()
    assert "Sentinels, Machine" in controls
    assert "a control changed too" in controls
    page.get_by_label("Direction").select_option("worse")
    page.get_by_label("Tool").select_option("sgkit")
    assert "tool=sgkit" in page.url
    assert page.locator("h2").all_inner_texts()[:2] == [
        "Confirmed (1)",
        "Seen, not confirmed (11)",
    ]
    assert len(rows_of(saved(page, "Save changes as CSV"))) == 12
    link = proven.get_by_role("link").first
    assert "commits=" in link.get_attribute("href")
    link.click()
    page.wait_for_selector(".marks a")
    either.check("change-to-graph")
