"""overview.json, series.json and site.json: what the overview, the list and the graphs show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.site import example, made_site
from tests.site.made_site import Project
from tools.results.series import Point, Series
from tools.site import overview as overview_page


def read(published: Project, name: str) -> Any:
    return json.loads((published.html / name).read_text())


@pytest.fixture(scope="module")
def overview(published: Project) -> dict[str, Any]:
    return dict(read(published, "overview.json"))


def test_each_tool_with_its_newest_measured_commit_and_its_open_alerts(
    published: Project, overview: dict[str, Any]
) -> None:
    sgkit, hail, _ = overview["tools"]
    assert [tool["tool"] for tool in overview["tools"]] == ["sgkit", "hail", "dask"]
    assert sgkit["commit"] == published.commits["sgkit"][example.COMMITS - 2]
    assert sgkit["newer"] == 1
    assert sgkit["measured_at"] == (made_site.START + 400 * made_site.DAY) * 1000
    [event] = sgkit["open"]  # neither the machine's, nor what was refuted or suppressed
    assert (event["benchmark"], event["ratio"], event["better"]) == (
        "pca.Sgkit.time_compute", 1.6, False,
    )  # fmt: skip
    assert sgkit["checked"]
    assert (hail["open"], hail["checked"]) == ([], False)


def test_tools_are_compared_on_the_same_data(overview: dict[str, Any]) -> None:
    rows = {row["task"]: row for row in overview["tasks"]}
    assert [*rows] == ["allele_frequency", "hardy_weinberg", "ld_prune", "pca", "association"]
    pca = rows["pca"]["compared"]
    assert [tool["tool"] for tool in pca["tools"]] == ["sgkit", "hail", "plink"]
    assert pca["parameters"] == {"data": "1kg-sites"}  # the slower of two data sets
    sgkit, hail, plink = pca["tools"]
    assert sgkit["ratio"] == 1
    assert hail["ratio"] == pytest.approx(19 / 0.8, rel=0.02)
    assert plink["value"] == pytest.approx(30, rel=0.05)
    assert hail["branch"] == "hail"


def test_a_tool_counts_on_its_own_branch_and_a_program_where_it_is_longest() -> None:
    def one(cls: str, branch: str, *values: float) -> Series:
        points = [Point(at, value, None) for at, value in enumerate(values)]
        environment = {"branch": branch, "machine": "box"}
        return Series(f"pca.{cls}.time_compute", None, {}, environment, "", points)

    own = one("Sgkit", "sgkit", 1.0)
    program = one("Plink", "dask", 3.0, 3.0)
    others = [one("Sgkit", "dask", 2.0, 2.0), one("Plink", "sgkit", 3.0), one("Other", "x", 1.0)]
    [group] = overview_page._by_task([program, *others, own], {"sgkit", "dask"})["pca"].values()
    assert group == {"sgkit": own, "plink": program}


def test_a_trend_has_all_lines_and_the_confirmed_changes(overview: dict[str, Any]) -> None:
    pca = next(row for row in overview["tasks"] if row["task"] == "pca")
    assert [line["tool"] for line in pca["trend"]["lines"]] == ["sgkit", "hail", "plink"]
    dates = [date for date, _ in pca["trend"]["lines"][0]["points"]]
    assert dates == sorted(dates)
    assert len(dates) == example.COMMITS / 2 - 2  # those before the first release are not tracked
    [change] = pca["changes"]
    assert (change["id"], change["ratio"]) == (1, 1.6)
    assert change["date"] in dates
    assert [event["id"] for event in overview["confirmed"]] == [1]


def test_what_was_only_seen_is_counted_apart(published: Project, overview: dict[str, Any]) -> None:
    changes = read(published, "changes.json")["changes"]
    verdicts = {(one["benchmark"], one["verdict"]) for one in changes if one["tool"] == "sgkit"}
    assert ("pca.Sgkit.time_compute", "confirmed") in verdicts
    assert ("hardy_weinberg.Sgkit.time_compute", "seen") in verdicts
    confirmed = [one for one in changes if one["verdict"] == "confirmed"]
    assert {one["event"] for one in confirmed} == {1}
    assert {one["environment"]["stack"] for one in confirmed} == {"frozen"}
    seen = [one for one in changes if one["tool"] == "sgkit" and one["verdict"] == "seen"]
    assert overview["tools"][0]["seen"] == len([one for one in seen if not one["control"]])


def test_the_list_names_a_file_of_each_series(published: Project) -> None:
    content = read(published, "series.json")
    assert len(content["series"]) > 50
    for entry in content["series"]:
        points = read(published, f"series/{entry['id']}.json")
        assert points["benchmark"] == entry["benchmark"]
        assert points["environment"] == content["environments"][entry["environment"]]
        assert points["values"][-1] == entry["value"]
        assert points["commits"][-1] == entry["commit"]
        assert len({*map(len, (points[k] for k in ("values", "low", "high", "dates")))}) == 1
        assert len(points["changes"]) == len(entry["changes"])
        assert entry.get("control", False) == (entry["benchmark"].split(".")[1] in CONTROLS)


CONTROLS = ("Plink", "Machine", "Spark")


def test_names_and_releases_of_a_branch_in_order(published: Project) -> None:
    site = read(published, "site.json")
    sgkit = site["branches"]["sgkit"]
    assert (sgkit["label"], sgkit["point"]) == ("Sgkit", "commit")
    assert [version for version, *_ in sgkit["releases"]][:2] == ["0.4.0", "0.8.0"]
    assert sgkit["releases"][0][2] == published.commits["sgkit"][4]
    assert site["metrics"]["peakmem_tree"]["label"] == "peak memory"
