"""The published site in Chromium, at desktop and phone width, with every request looked at."""

from __future__ import annotations

import datetime
import json
import re
from itertools import pairwise
from typing import Any

import pytest

from tests.site import example, made_site
from tests.site.browsing import Visit, needs_chromium
from tests.site.made_site import Project
from tools.study.page.figures import FIGURES

pytestmark = needs_chromium


def commit_of(published: Project, tool: str, number: int) -> str:
    return published.commits[tool][number]


def test_grid(visit: Visit) -> None:
    page = visit.open("classic.html", ".benchmark-plot canvas")
    assert page.locator(".benchmark-container").count() == len(example.BENCHMARKS)
    assert page.locator("#nav a", has_text="Overview").get_attribute("href") == "index.html"
    visit.check("grid")


def test_what_was_not_measured_says_so(visit: Visit, published: Project) -> None:
    benchmarks = json.loads((published.root / "html" / "index.json").read_text())["benchmarks"]
    page = visit.open("classic.html#/", ".benchmark-plot")
    for name in benchmarks:
        values = json.loads(
            (published.root / "html" / "graphs" / "summary" / f"{name}.json").read_text()
        )
        cell = page.locator(f'[id="summarygrid-{name}"]')
        cell.scroll_into_view_if_needed()
        if any(value is not None for _, value in values):
            cell.locator("canvas").first.wait_for()
        else:
            assert cell.inner_text() == "n/a"


def in_sight(row: Any, width: int) -> None:
    """No cell of a row of a table is beyond the window, nor outside what scrolls."""
    cells = [box for box in (cell.bounding_box() for cell in row.locator("td, th").all()) if box]
    assert len(cells) > 1
    assert max(box["x"] + box["width"] for box in cells) <= width


def test_summary_list(visit: Visit) -> None:
    page = visit.open("classic.html#/summarylist?branch=sgkit", "#summarylist-body tbody tr")
    assert page.get_by_text("hardy_weinberg.Sgkit.time_compute", exact=False).count()
    for metric, worse in (("track_throughput", "\N{MINUS SIGN}"), ("time_compute", "+")):
        row = page.locator(f"#summarylist-body tr:has(a[href*='pca.Sgkit.{metric}'])").first
        change = row.locator("td.positive-change")  # red
        assert change.inner_text().startswith(worse)
    rows = page.locator("#summarylist-body tbody tr")
    here = [one for one in example.BENCHMARKS if not re.search("Hail|Spark", one.name)]
    every = sum(len(one.data) for one in here)
    shown = every - sum(len(one.absent) for one in here)
    assert shown < every
    assert (rows.locator("visible=true").count(), rows.count()) == (shown, every)
    caption = page.locator("#summarylist-body caption")
    assert f"{shown} of {every} have a value here." in caption.inner_text()
    in_sight(rows.locator("visible=true").first, visit.width)
    visit.check("list")
    caption.get_by_role("button", name="Show all").click()
    assert all(row.is_visible() for row in rows.all())
    caption.get_by_role("button", name="Hide those without").click()
    assert rows.locator("visible=true").count() == shown


def test_graph_draws_with_the_releases_of_its_own_tool(visit: Visit) -> None:
    page = visit.open(
        "classic.html#hardy_weinberg.Sgkit.time_compute?branch=sgkit", "#main-graph canvas"
    )
    page.wait_for_function("document.querySelectorAll('#main-graph > div').length > 3")
    drawn = page.evaluate(
        """() => {
            const canvas = document.querySelector('#main-graph canvas.flot-base');
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(pixels.data.buffer)).size;
        }"""
    )
    assert drawn > 10  # more colours than an empty frame has
    labels = page.locator("#main-graph > div[style*='-2ex']")
    own = {f"0.{number}.0" for number in range(4, example.COMMITS, 4)}
    assert set(labels.all_text_contents()) == own  # and not those of hail and dask
    boxes = [box for box in (label.bounding_box() for label in labels.all()) if box]
    boxes.sort(key=lambda box: box["x"])
    for left, right in pairwise(boxes):
        assert left["x"] + left["width"] <= right["x"] + 1
    values = page.locator("#main-graph .flot-y-axis .flot-tick-label").all_text_contents()
    assert values
    assert not [value for value in values if "e+" in value]
    graph = page.locator("#main-graph").bounding_box()
    navigation = page.locator("#graphdisplay-navigation").bounding_box()
    assert graph["width"] > visit.width * 0.7
    if visit.width < 768:  # settings are below the graph, not beside or over it
        overview = page.locator("#overview").bounding_box()
        assert navigation["y"] >= overview["y"] + overview["height"]
    visit.check("graph")


def test_a_benchmark_opens_on_the_branch_of_its_tool(visit: Visit) -> None:
    page = visit.open("classic.html", ".benchmark-container")
    page.locator("a.benchmark-container[href='#pca.Hail.time_compute']").click()
    page.wait_for_selector("#main-graph canvas")
    assert "branch=hail" in page.url
    assert not page.locator("#error").is_visible()
    visit.check("hail")


def test_regressions_by_what_is_better(visit: Visit, published: Project) -> None:
    page = visit.open("classic.html#/regressions?branch=sgkit", "#regression-div-0 tbody tr")
    listed = page.locator("#regression-div-0 table").first.inner_text()
    assert "pca.Sgkit.time_compute" in listed
    assert "pca.Sgkit.track_throughput" in listed  # a drop, where more is better
    assert "hardy_weinberg.Sgkit.time_compute" not in listed
    assert "allele_frequency.Sgkit.track_throughput" not in listed  # a rise
    commit = commit_of(published, "sgkit", example.SLOWER_AT)
    assert page.locator(f"#regression-div-0 a[href='commit.html?h={commit[:8]}']").count()
    row = page.locator("#regression-div-0 tbody tr").first
    in_sight(row, visit.width)
    in_sight(page.locator("#regression-div-0 thead tr").first, visit.width)
    visit.check("regressions")


def test_alerts_and_an_event(visit: Visit, published: Project) -> None:
    page = visit.open("alerts.html", "main table")
    assert page.locator("h2").all_inner_texts() == [
        "Open (1)", "The machine (1)", "Suppressed (1)", "Closed (1)",
        "Repeats of one commit, frozen stack, box",
    ]  # fmt: skip
    # colours are for what was proven; and each event says which one it is
    assert page.locator(".badge.better").all_inner_texts() == ["suppressed until 2027-01-31"]
    assert page.locator(".badge.worse").all_inner_texts() == ["confirmed"]
    assert "event 4, 1 series" in page.locator("main").inner_text()
    assert "0 of 2 runs of four repeats" in page.locator("main").inner_text()
    visit.check("alerts")
    page.get_by_role("link", name="slower").first.click()
    page.wait_for_selector("main blockquote")
    words = page.locator("main").inner_text()
    assert "event 1, since" in words
    assert "ratio 1.60, 99 % interval 1.50 to 1.70, 4 interleaved pairs" in words
    commits = published.commits["sgkit"]
    old, before = (commits[example.SLOWER_AT - back][:8] for back in (2, 1))
    ends, search = page.locator("h3", has_text="→").all_inner_texts()
    assert ends.endswith(f"{old} → 0.{example.SLOWER_AT}.0")
    assert "the last commit before the change" in search
    assert search.endswith(f"{old} → {before}")
    assert f"{before} does not have the change: 1 interleaved pairs" in words
    rows = page.locator("table", has_text="Pair").nth(1).locator("td").all_inner_texts()
    assert rows == ["1", "500 ms", "510 ms", "1.02"]
    assert '.venv/bin/python -m tools alerts suppress 1 --until YYYY-MM-DD --why "..."' in words
    assert page.get_by_role("button", name="Copy").count() == 4
    page.get_by_role("button", name="Copy").first.click()
    page.wait_for_selector("button:has-text('Copied')")
    assert commit_of(published, "sgkit", example.SLOWER_AT)[:8] in words
    assert "sgkit/stats/pca.py:<lambda>" in words
    assert "<script>" in words  # what upstream wrote, as text
    assert "time_compute data=smoke --stack frozen" in words
    assert page.locator(".chart circle").count() > 3
    assert page.locator(".chart .step").count() == 1
    assert page.locator("blockquote").inner_text().startswith("Change number 12 (#112)")
    links = page.locator(".links a").all_inner_texts()
    assert links[1:] == ["pull request", "compare with the commit before"]
    visit.check("event")
    of_dependency = visit.open("alerts.html?event=4", "h2").locator("main").inner_text()
    assert "On the frozen stack: pca failed: ImportError" in of_dependency
    assert "packages and with its own: confirmed: ratio 0.500" in of_dependency
    assert "numpy 1.26 → none" in of_dependency
    assert "1 mixtures of packages were measured in the search" in of_dependency
    missing = visit.open("alerts.html?event=99", "h1")
    assert "no event 99" in missing.locator("main").inner_text()


def test_study_without_results_says_what_measures_them(visit: Visit) -> None:
    page = visit.open("study.html", "#missing")
    assert page.locator("nav a[aria-current]").inner_text() == "Study"
    assert page.locator("main h2").all_inner_texts() == ["Not measured yet"]
    assert page.locator("main table, .plot").count() == 0
    figures = len(FIGURES)
    assert f"{figures} figures, 8 tables, 14 findings." in page.locator("#missing").inner_text()
    page.get_by_text("What they are, and what measures them").click()
    page.wait_for_selector("#missing .shell")
    assert page.locator("#missing details > p:not(.shell)").count() == figures + 8 + 14
    assert "study run --profile small" in page.locator("#missing .shell").first.inner_text()
    visit.check("study-empty")


def test_commit_page(visit: Visit, published: Project) -> None:
    commit = commit_of(published, "sgkit", example.FASTER_AT)
    before = commit_of(published, "sgkit", example.FASTER_AT - 2)
    page = visit.open(f"commit.html?h={commit[:7]}", "h1")
    assert page.locator("h1").inner_text() == example.HOSTILE
    assert page.locator("h1 *").count() == 0
    assert page.get_by_text(made_site.AUTHOR, exact=True).count() == 1
    upstream = "https://example.org/sgkit"
    links = page.locator(".links a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert links == [
        f"{upstream}/commit/{commit}",
        f"{upstream}/pull/123",
        f"{upstream}/releases/0.8.0",
        f"{upstream}/compare/{before}...{commit}",
    ]
    row = page.locator("tr", has_text="compute only").filter(has_text="faster").first
    assert re.search(r"(9\.9|10\.)\d* . faster", row.inner_text())
    lock = page.locator("a[href='locks/0123abcd4567.txt']")
    assert lock.count() == 1
    assert (published.html / "locks" / "0123abcd4567.txt").read_text().startswith("# python")
    visit.check("commit")


def test_commit_that_was_not_measured_and_one_that_is_not_there(
    visit: Visit, published: Project
) -> None:
    commit = commit_of(published, "sgkit", example.FASTER_AT + 1)
    page = visit.open(f"commit.html?h={commit}", "h1")
    assert "Nothing was measured" in page.locator("main").inner_text()
    visit.open("commit.html?h=<script>0000", "h1")
    assert page.locator("h1").inner_text() == "No such commit here"
    visit.check("no-commit")


def test_a_missing_script_is_explained(visit: Visit, published: Project) -> None:
    missing = published.html / "vendor" / "md5.min.js"
    text = missing.read_bytes()
    missing.unlink()
    try:
        visit.page.goto(visit.base + "classic.html")
        visit.page.wait_for_url("**/error.html")
        assert "tools site fetch" in visit.page.locator("main").inner_text()
    finally:
        missing.write_bytes(text)


@pytest.mark.parametrize("name", ["classic.html", "index.html", "study.html"])
def test_a_publish_that_failed_is_said_on_the_pages(
    visit: Visit, published: Project, name: str
) -> None:
    info = published.html / "info.json"
    text = info.read_text()
    failed = {"at": "2026-11-28 18:03 UTC", "why": "<script>window.hacked = 1</script>"}
    info.write_text(json.dumps({**json.loads(text), "failed": failed}))
    try:
        banner = visit.open(name, "#publish-failed").locator("#publish-failed")
        assert banner.inner_text().endswith(f"of {failed['at']} failed: {failed['why']}")
        assert banner.is_visible()
        visit.check(f"failed-{name}")
    finally:
        info.write_text(text)
    visit.page.reload(wait_until="networkidle")
    assert visit.page.locator("#publish-failed").count() == 0


@pytest.mark.parametrize("name", ["index.html", "study.html"])
def test_silence_is_seen_on_the_pages(visit: Visit, published: Project, name: str) -> None:
    """When each machine's last good night was, and what failed since."""
    path = published.html / "status.json"
    text = path.read_text()
    ago = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=3)
    good = {"last_good": ago.isoformat(), "failed_nights": 0, "failed": []}
    part = "<script>window.hacked = 1</script>"
    failed = {"began": "2026-07-31T01:00:00.000+00:00", "parts": ["not sent", part]}
    machines = {
        "good": good,
        "late": {**good, "last_good": "2026-07-30T05:12:00.000+00:00"},
        "failing": {**good, "failed_nights": 2, "failed": [failed, failed]},
        "new": {**good, "last_good": None},
    }
    path.write_text(json.dumps({"machines": machines}))
    try:
        lines = visit.open(name, ".night-status").locator(".night-status")
        first, late, failing, new = lines.all_inner_texts()
        assert first == f"The last good night of good ended at {ago:%Y-%m-%d %H:%M} UTC."
        assert re.search(r"late ended at 2026-07-30 05:12 UTC, \d+ days ago\.$", late)
        since = "2 nights failed since, the last at 2026-07-31 01:00 UTC: not sent; "
        assert failing.endswith(f" {since}{part}.")
        assert new == "new has had no good night yet."
        alerts = [line.get_attribute("role") for line in lines.all()]
        assert alerts == [None, "alert", "alert", "alert"]
        visit.check(f"nights-{name}")
        assert visit.violations() == []
    finally:
        path.write_text(text)


def test_links_within_the_site_lead_somewhere(published: Project) -> None:
    data = json.loads((published.html / "changes.json").read_text())
    index = json.loads((published.html / "commits.json").read_text())["commits"]
    for change in data["changes"]:
        assert change["old_commit"] in index
        assert change["new_commit"] in index
    for commit, entry in index.items():
        assert (published.html / "commits" / f"{commit}.json").exists() == entry["measured"]
