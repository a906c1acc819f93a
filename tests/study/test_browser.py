"""The Study page with results in Chromium: desktop, phone, dark and print, and what it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site.browsing import Visit, chromium, needs_chromium, served

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def address(html: Path) -> Iterator[str]:
    with served(html) as root:
        yield root


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


def drawn(opened: Any, figure: str) -> Any:
    """A figure's section, when it has been drawn."""
    section = opened.locator(f'[id="figure-{figure}"]')
    section.scroll_into_view_if_needed()
    opened.wait_for_selector(f'[id="figure-{figure}"].drawn')
    return section


@pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (390, True)], ids=["wide", "phone-dark"]
)
def test_the_page_answers(
    browser: Any, address: str, html: Path, tmp_path: Path, width: int, dark: bool
) -> None:
    visit = Visit(browser, address, width, dark, tmp_path)
    visit.page.set_default_timeout(120_000)
    opened = visit.open("study.html", "#figures")
    assert opened.locator("#missing > p").inner_text() == "1 finding."
    a_figure_is_drawn_and_changes(opened)
    panels_without_results_are_named_instead(opened)
    from_a_number_to_its_source(opened)
    guidelines_and_findings_show_their_evidence(opened)
    downloads_lead_to_files(opened, html)
    if width > 1000:
        for section in opened.locator("section.figure").all():
            drawn(opened, str(section.get_attribute("id")).removeprefix("figure-"))
    assert visit.problems == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    visit.close()


def a_figure_is_drawn_and_changes(opened: Any) -> None:
    section = drawn(opened, "2.3")
    points = section.locator(".plot").first.locator("path[aria-roledescription='point']")
    assert points.count() == 8  # four tools, one and two cores
    assert "physical cores: cores 4, 8 and 16" in section.inner_text()
    under = section.locator(".conditions")
    assert (
        "2,504 samples x 10,000 variants; Hail 0.2.139, PLINK 1.9, PLINK 2 2.00a1, Sgkit"
        in under.inner_text()
    )
    ink = opened.evaluate("getComputedStyle(document.querySelector('.plot text')).fill")
    assert ink == opened.evaluate("getComputedStyle(document.body).color")  # seen in the dark too
    section.locator(".legend button", has_text="Hail").click()
    points.nth(6).wait_for(state="detached")
    assert points.count() == 6
    section.get_by_role("combobox", name="data set").select_option(label="sim-1k")
    assert "data set: sim-1k; " in under.inner_text()
    assert "; 1,000 samples x 10,000 variants; " in under.inner_text()
    assert re.search(r"#figure-2\.3\?.*data=sim-1k.*hide=Hail", opened.url)  # as it was chosen
    opened.reload()
    section = drawn(opened, "2.3")
    opened.wait_for_selector("[id='figure-2.3'] .conditions:has-text('data set: sim-1k; ')")
    assert section.get_by_role("button", name="Hail", pressed=False).count() == 1
    section.locator("summary").click()
    listed = section.locator("table.data").inner_text()
    assert "'sim-1k'" in listed
    assert ".Hail." not in listed
    assert "'sim-2504-10k'" not in listed


def panels_without_results_are_named_instead(opened: Any) -> None:
    section = drawn(opened, "dask")
    assert section.locator(".plot:visible").count() == 5
    section.get_by_role("combobox", name="layout").select_option(label="1x2")
    section.get_by_text(
        "Not measured for this choice: HWE with filtering; LD prune; PCA;"
    ).wait_for()
    section.locator(".plot").nth(1).wait_for(state="hidden")
    assert section.locator(".plot:visible").count() == 1


def from_a_number_to_its_source(opened: Any) -> None:
    section = drawn(opened, "2.6")
    section.locator("summary").click()
    link = section.locator("table.data a").first
    source = opened.locator(str(link.get_attribute("href")))
    link.click()
    source.locator("dl").wait_for()
    words = source.inner_text()
    assert "a" * 64 in words
    assert re.search(r"asv run '\w+/[\d.]+\^!' -E per-commit-pyauto-stack\w+ --record", words)
    assert re.match(r"locks/lock\d+\.txt", str(source.locator("dd a").get_attribute("href")))


def guidelines_and_findings_show_their_evidence(opened: Any) -> None:
    rule = opened.locator("#rule-tool-allele_frequency")
    assert "PLINK: at all 8 conditions" in rule.inner_text()
    rule.locator("summary").click()
    assert rule.locator("tbody tr").count() == 8
    finding = opened.locator("#finding-superlinear")
    assert "does not hold: 0 for" in finding.inner_text()
    finding.locator("summary").first.click()
    assert finding.locator(".badge.worse").count() > 0
    rule.get_by_role("link", name="Figure 2.3").click()
    assert opened.url.endswith("#figure-2.3")


def downloads_lead_to_files(opened: Any, folder: Path) -> None:
    links = opened.locator(".downloads a").evaluate_all(
        "all => all.map((a) => a.getAttribute('href'))"
    )
    assert len(links) > 90
    assert all((folder / link).is_file() for link in links)


def test_it_prints_every_figure_in_black_on_white(
    browser: Any, address: str, tmp_path: Path
) -> None:
    visit = Visit(browser, address, 1280, True, tmp_path)
    opened = visit.open("study.html", "#figures")
    opened.emulate_media(media="print")
    ground = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    # what a print does by itself; a picture that is not loaded has no size, and is not visible
    opened.evaluate(
        "document.querySelectorAll('img').forEach((one) => { one.loading = 'eager'; })"
    )
    opened.wait_for_function("[...document.images].every((one) => one.complete)")
    for section in opened.locator("section.figure").all():
        picture = section.locator("img.printed")
        assert section.locator(".panels").is_visible() != picture.is_visible()
        assert picture.evaluate("one => one.naturalWidth") > 0
    opened.pdf(path=tmp_path / "study.pdf")
    assert (tmp_path / "study.pdf").stat().st_size > 100_000
    visit.close()
