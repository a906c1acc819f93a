"""What `asv publish` writes: directions, feed, improvements, errors that say what to do."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.site import example, made_site
from tests.site.made_site import Project
from tools.common.errors import ConfigError
from tools.results import metrics
from tools.site import asv_pages, commit_pages
from tools.site.regressions import ATOM, mirrored


def names(published: Project, file: str, key: str) -> set[str]:
    entries = json.loads((published.html / file).read_text())[key]
    return {entry[0].partition("(")[0] for entry in entries}


def test_regressions_and_improvements_by_direction(published: Project) -> None:
    assert names(published, "regressions.json", "regressions") == {
        "pca.Sgkit.time_compute",
        "pca.Sgkit.track_throughput",
        "association.Sgkit.time_compute",
    }
    assert names(published, "improvements.json", "improvements") == {
        "hardy_weinberg.Sgkit.time_compute",
        "allele_frequency.Sgkit.track_throughput",
    }


def test_what_the_machine_did_is_no_tools_regression(published: Project) -> None:
    """A sentinel and, along with it, a benchmark of Hail's: on the Changes page, and marked."""
    changes = json.loads((published.html / "changes.json").read_text())["changes"]
    marks = {
        (change["benchmark"], change["control"], change["machine"])
        for change in changes
        if change["tool"] == "hail"
    }
    assert marks == {
        ("sentinels.Machine.time_compute", True, False),
        ("association.Hail.time_compute", False, True),
    }
    for file in ("regressions.json", "improvements.json", "regressions.xml"):
        text = (published.html / file).read_text()
        assert "association.Hail" not in text
        assert "sentinels" not in text


def test_values_of_a_mirrored_regression_are_the_true_ones(published: Project) -> None:
    entries = json.loads((published.html / "regressions.json").read_text())["regressions"]
    dropped = next(e for e in entries if e[0] == "pca.Sgkit.track_throughput('smoke')")
    last, best, [[_, _, before, after]] = dropped[4:]
    assert (last, best, before, after) == (6e4, 9e4, 9e4, 6e4)


def test_feed_has_absolute_links_and_the_same_regressions(published: Project) -> None:
    feed = ET.parse(published.html / "regressions.xml").getroot()
    titles = {title.text for title in feed.iterfind(f"{{{ATOM}}}entry/{{{ATOM}}}title")}
    assert any("pca.Sgkit.track_throughput" in str(title) for title in titles)
    assert not any("hardy_weinberg" in str(title) for title in titles)
    for link in feed.iter(f"{{{ATOM}}}link"):
        assert link.attrib["href"].startswith("https://tracker.example.org/gwas/")
    contents = [content.text or "" for content in feed.iter(f"{{{ATOM}}}content")]
    assert all('href="https://tracker.example.org/gwas/commit.html?h=' in c for c in contents)
    assert not any("(-" in c for c in contents)


def test_mirroring_keeps_the_relative_threshold() -> None:
    index, name, turned, threshold = mirrored((0, "x", [(0, 5, 100.0, 98.0, 1.0)], 0.1), -1)
    assert (index, name, threshold) == (0, "x", 0.0)
    assert turned == [(0, 5, -100.0, -101.0, 10.0)]


def test_undeclared_metric_is_one_clear_error(scriptless: Project) -> None:
    path = scriptless.root / "benchmarks" / "metrics.json"
    declared = {k: v for k, v in made_site.METRICS.items() if k != "track_throughput"}
    path.write_text(json.dumps(declared))
    done = scriptless.publish()
    assert done.returncode == ConfigError.exit_code
    said = done.stdout + done.stderr
    assert "the metric track_throughput is not declared in benchmarks/metrics.json" in said
    assert "Traceback" not in said


def test_a_wrong_upstreams_toml_ends_as_in_any_other_command(scriptless: Project) -> None:
    path = scriptless.root / "upstreams.toml"
    path.write_text(path.read_text().replace('source = "git"', 'source = "gut"', 1))
    done = scriptless.publish()
    assert done.returncode == ConfigError.exit_code
    assert "source = 'gut': expected 'auto', 'git' or 'index'" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"time_x": {"unit": "s", "direction": "up"}}', r"time_x\.direction = 'up'"),
        ('{"time_x": {"direction": "lower"}}', r"time_x\.unit is missing"),
        ('{"time_x": {"unit": "s", "direction": "lower", "units": "s"}}', "unknown key 'units'"),
        ('{"time_x": 3}', "time_x: expected an object"),
        ("{", "not valid JSON"),
    ],
)
def test_bad_declarations_are_named(tmp_path, text: str, place: str) -> None:
    path = tmp_path / "metrics.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=place):
        metrics.load(path)


def test_a_site_that_makes_no_links_is_refused(scriptless: Project) -> None:
    done = scriptless.publish(GWAS_SITE_URL="perf.example.org")
    assert done.returncode == 2
    assert done.stderr.startswith("error: 'perf.example.org' is not an address of a site\n")


def test_without_scripts_the_cdn_links_stay_and_it_says_so(scriptless: Project) -> None:
    done = scriptless.publish()
    assert done.returncode == 0, done.stdout + done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    assert "Run `python -m tools site fetch` and publish again" in said
    classic = (scriptless.html / "classic.html").read_text()
    assert 'src="https://' in classic
    assert 'src="https://' not in (scriptless.html / "index.html").read_text()


def test_asvs_page_refers_to_local_files_only(published: Project) -> None:
    index = (published.html / "classic.html").read_text()
    assert 'src="http' not in index
    assert 'rel="stylesheet" href="http' not in index
    assert index.count("vendor/") == 10
    for part in index.split('"vendor/')[1:]:
        assert (published.html / "vendor" / part.split('"')[0]).is_file()


def test_an_unknown_script_address_is_refused() -> None:
    with pytest.raises(ValueError, match="no local copy"):
        asv_pages.localise('<script src="https://cdn.example.org/new.js"></script>')


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Use one pass (#123)", 123),
        ("Merge pull request #45 from someone/branch", 45),
        ("Fix #7 in the reader", None),
        ("Use variant_genotype_count in hardy_weinberg_test #911", 911),
        ("Skip tests for reported bugs #1195, #1196", None),
        ("Update changelog for #1229", None),
        ("Fixes #12", None),
        ("Turn on the cache to workaround #1194", None),
        ("Use C#7", None),
        ("Plain", None),
    ],
)
def test_pull_request_of_a_subject(subject: str, number: int | None) -> None:
    assert commit_pages.pull_request(subject) == number


def test_commit_index_has_neighbours_releases_and_provenance(published: Project) -> None:
    index = json.loads((published.html / "commits.json").read_text())
    line = published.commits["sgkit"]
    entry = index["commits"][line[example.FASTER_AT]]
    assert entry["release"] == "0.8.0"
    assert entry["previous"] == line[example.FASTER_AT - 2]
    assert entry["parent"] == line[example.FASTER_AT - 1]
    assert index["sources"]["sgkit"] == "git"
    commit = line[example.FASTER_AT]
    part = json.loads((published.html / "commits" / f"index-{commit[0]}.json").read_text())
    assert part[commit] == entry | {"releases": {entry["parent"]: None, entry["child"]: None,
                                                 entry["previous"]: None}}  # fmt: skip
    after = line[example.FASTER_AT + 1]
    part = json.loads((published.html / "commits" / f"index-{after[0]}.json").read_text())
    assert part[after]["releases"][commit] == "0.8.0"
    details = json.loads(
        (published.html / "commits" / f"{line[example.FASTER_AT]}.json").read_text()
    )
    [setup] = details["setups"]  # the line cut short is passed over
    assert setup["has_lock"]
    assert setup["python"] == "3.11"


def test_each_publish_writes_the_feed_of_alerts(published: Project) -> None:
    entries = ET.parse(published.html / "alerts.xml").getroot().findall(f"{{{ATOM}}}entry")
    links = [link.get("href") for entry in entries for link in entry.iter(f"{{{ATOM}}}link")]
    assert links == ["https://tracker.example.org/gwas/alerts.html?event=1"]


def test_what_is_damaged_is_left_out_and_said_once(scriptless: Project) -> None:
    result = sorted(scriptless.root.glob("results/*/*-*.json"))[0]
    result.write_text('{"version": 2, "resu')
    (scriptless.root / "results" / "alerts.sqlite").write_text("no database " * 100)
    done = scriptless.publish()
    assert done.returncode == 0, done.stdout + done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    assert said.count(str(result.relative_to(scriptless.root))) == 1
    assert "cannot be read: it is left out; the next `asv run` of its commit" in said
    assert "Error parsing JSON" not in said
    assert said.count("the Alerts page has no events") == 1
    assert "move it away: the next command makes a new one" in said
    assert json.loads((scriptless.html / "alerts.json").read_text())["events"] == []
    assert json.loads((scriptless.html / "changes.json").read_text())["changes"]


def test_a_damaged_machine_costs_none_of_its_values(scriptless: Project) -> None:
    (machine,) = scriptless.root.glob("results/*/machine.json")
    machine.write_text("{")
    done = scriptless.publish()
    assert done.returncode == 0
    assert list(scriptless.html.glob(f"graphs/**/machine-{machine.parent.name}/**/*.json"))
    said = " ".join((done.stdout + done.stderr).split())
    assert said.count("machine.json cannot be read") == 1
    assert "the next `asv run` on that machine writes it again" in said
    assert "Error parsing JSON" not in said


def test_a_tag_that_names_no_release_is_in_no_page(published: Project) -> None:
    """asv's graphs put tags into the page as they are."""
    tags = json.loads((published.html / "index.json").read_text())["tags"]
    assert "sgkit/0.4.0" in tags
    assert not [tag for tag in tags if "<" in tag]


def test_nothing_measured_yet_gives_a_site_that_says_so(tmp_path: Path) -> None:
    releases = {tool: {1: "0.1.0"} for tool in ("sgkit", "hail")}
    project = made_site.make(tmp_path / "project", {t: ["A", "B"] for t in releases}, releases)
    made_site.add_results(project, {}, example.BENCHMARKS)
    done = project.publish()
    assert done.returncode == 0, done.stdout + done.stderr
    overview = json.loads((project.html / "overview.json").read_text())
    assert overview == {"tools": [], "measured_at": None, "tasks": [], "confirmed": []}
    listed = json.loads((project.html / "series.json").read_text())
    assert listed["series"] == []
    assert len(listed["unmeasured"]) == len(example.BENCHMARKS)


def test_a_range_is_respected(scriptless: Project) -> None:
    after = scriptless.commits["sgkit"][example.FASTER_AT + 1]
    done = scriptless.publish(f"{after}..sgkit")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((scriptless.html / "changes.json").read_text())["changes"]
    assert found
    planted = [one for one in found if "hardy_weinberg" in one["benchmark"] and one["ratio"] < 0.5]
    assert not planted
