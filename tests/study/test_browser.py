"""The Study page with results in Chromium: desktop, phone, dark and print, and what it answers."""

from __future__ import annotations

import csv
import http.server
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site.test_browser import CHROMIUM, Visit
from tools.common import paths
from tools.study import page, report

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium program: apt-get install chromium"
)


@pytest.fixture(scope="module")
def folder(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("page")
    page.write(results, paths.ROOT / "benchmarks", out)
    report.copy_page(out)
    return out


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, directory=str(folder), **kwargs)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
    with playwright.sync_playwright() as engine:
        running = engine.chromium.launch(
            executable_path=CHROMIUM, args=quiet + ["--no-sandbox"] * (os.geteuid() == 0)
        )
        yield running
        running.close()


@pytest.fixture(params=[(1280, False), (390, False), (1280, True)], ids=["wide", "phone", "dark"])
def visit(
    request: pytest.FixtureRequest, browser: Any, address: str, tmp_path: Path
) -> Iterator[Visit]:
    width, dark = request.param
    made = Visit(browser, address, width, dark, tmp_path)
    made.page.set_default_timeout(60_000)
    yield made
    made.close()


def drawn(opened: Any, figure: str) -> Any:
    """A figure's section, when it has been drawn."""
    section = opened.locator(f'[id="figure-{figure}"]')
    section.scroll_into_view_if_needed()
    opened.wait_for_selector(f'[id="figure-{figure}"].drawn')
    return section


def test_a_figure_is_drawn_and_answers(visit: Visit) -> None:
    opened = visit.open("study.html", "#figures")
    section = drawn(opened, "2.3")
    points = section.locator(".plot").first.locator("path[aria-roledescription='point']")
    assert points.count() == 6  # three tools, one and two cores
    assert "physical cores: cores 4, 8 and 16" in section.inner_text()
    assert section.locator(".mark-line").count() >= 4
    section.locator(".legend button", has_text="Hail").click()
    points.nth(4).wait_for(state="detached")
    assert points.count() == 4
    section.get_by_label("data set").select_option(label="sim-1k")
    section.locator("summary").click()
    assert "'sim-1k'" in section.locator("table.data").inner_text()
    assert "'sim-2504-10k'" not in section.locator("table.data").inner_text()
    ink = opened.evaluate("getComputedStyle(document.querySelector('.plot text')).fill")
    assert ink == opened.evaluate("getComputedStyle(document.body).color")  # seen in the dark too
    visit.problems = [one for one in visit.problems if "swallow" not in one]
    assert visit.problems == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= visit.width


def test_every_figure_is_drawn_and_fits(visit: Visit) -> None:
    opened = visit.open("study.html", "#figures")
    for section in opened.locator("section.figure").all():
        drawn(opened, str(section.get_attribute("id")).removeprefix("figure-"))
    assert opened.get_by_text("Not measured yet").count() == 0
    assert opened.evaluate("document.documentElement.scrollWidth") <= visit.width
    assert visit.problems == []


def test_from_a_number_to_its_source(visit: Visit) -> None:
    opened = visit.open("study.html#figure-2.6", "#figures")
    section = drawn(opened, "2.6")
    section.locator("summary").click()
    link = section.locator("table.data a").first
    target = link.get_attribute("href")
    link.click()
    source = opened.locator(str(target))
    source.locator("dl").wait_for()
    words = source.inner_text()
    assert "a" * 64 in words
    assert re.search(
        r"asv run '\w+/[\d.]+\^!' -E per-commit-pyauto-stack\w+ --record-samples", words
    )
    assert re.match(r"locks/lock\d+\.txt", str(source.locator("dd a").get_attribute("href")))


def test_guidelines_findings_and_evidence(visit: Visit) -> None:
    opened = visit.open("study.html", "#guidelines")
    rule = opened.locator("#rule-tool-allele_frequency")
    assert "PLINK: at all 8 conditions" in rule.inner_text()
    rule.locator("summary").click()
    assert rule.locator("tbody tr").count() == 8
    finding = opened.locator("#finding-superlinear")
    assert "does not hold: 0 for" in finding.inner_text()
    finding.locator("summary").first.click()
    assert finding.locator(".badge.worse").count() > 0
    rule.get_by_role("link", name="Figure 2.3").click()
    opened.wait_for_selector('[id="figure-2.3"].drawn')


def test_downloads_lead_to_files(visit: Visit, folder: Path) -> None:
    opened = visit.open("study.html", "#figures")
    links = opened.locator(".downloads a").evaluate_all(
        "all => all.map((a) => a.getAttribute('href'))"
    )
    assert len(links) > 90
    assert all((folder / link).is_file() for link in links)
    with (folder / "study" / "all.csv").open(newline="") as stream:
        assert len(list(csv.DictReader(stream))) > 1000


def test_it_prints_every_figure(browser: Any, address: str, tmp_path: Path) -> None:
    visit = Visit(browser, address, 1280, True, tmp_path)
    opened = visit.open("study.html", "#figures")
    opened.emulate_media(media="print")
    assert (
        opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )
    for section in opened.locator("section.figure").all():
        panels = section.locator(".panels").is_visible()
        assert panels != section.locator("img.printed").is_visible()
    opened.pdf(path=tmp_path / "study.pdf")
    assert (tmp_path / "study.pdf").stat().st_size > 100_000
    visit.close()
