"""Our publishing writes what asv's does, and writes again only what changed."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.site import example, made_site
from tests.site.made_site import Project
from tools.site import staging as staging_module
from tools.site.staging import staging

OURS = [".tools.asv_plugins"]
ASVS = [".tools.upstreams.asv_repo"]  # the histories only: asv reads and publishes


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The example as asv publishes it, and as we do."""
    project = example.make(tmp_path_factory.mktemp("both") / "project")
    _add_second_run(project)
    for name, plugins in (("asv", ASVS), ("ours", OURS)):
        configuration = json.loads((project.root / "asv.conf.json").read_text())
        text = json.dumps({**configuration, "plugins": plugins})
        (project.root / "asv.conf.json").write_text(text)
        done = project.publish("--html-dir", name)
        assert done.returncode == 0, done.stdout + done.stderr
    return project.root / "asv", project.root / "ours"


def _add_second_run(project: Project) -> None:
    """Another file of a measured commit, which is averaged with the first."""
    path = sorted(project.root.glob("results/box/*-frozen.json"))[0]
    document = json.loads(path.read_text())
    document["env_name"] += "-again"
    for row in document["results"].values():
        row[0] = [None if value is None else value * 1.5 for value in row[0]]
    path.with_name(path.name.replace("-frozen", "-frozen-again")).write_text(json.dumps(document))


def contents(html: Path, pattern: str) -> dict[str, Any]:
    """The files by name. Means depend in their last digits on the order of their numbers."""

    def rounded(text: str) -> float:
        return float(f"{float(text):.12g}")

    return {
        str(path.relative_to(html)): json.loads(path.read_text(), parse_float=rounded)
        for path in html.glob(pattern)
    }


def test_graphs_are_the_same(both: tuple[Path, Path]) -> None:
    asvs, ours = (
        {
            name: graph
            for name, graph in contents(html, "graphs/**/*.json").items()
            if not name.endswith("/summary.json")
        }
        for html in both
    )
    without_data = {name for name, graph in ours.items() if not graph} - asvs.keys()
    assert {Path(name).parent.name for name in without_data} == {"summary"}  # asv's grid asks
    assert asvs == {name: graph for name, graph in ours.items() if name not in without_data}
    assert len(asvs) > 30


def test_the_index_is_the_same(both: tuple[Path, Path]) -> None:
    asvs, ours = (json.loads((html / "index.json").read_text()) for html in both)
    for benchmark in ours["benchmarks"].values():
        del benchmark["higher_is_better"]
    for index in (asvs, ours):
        index["pages"] = index["pages"][:3]  # asv's own
        index["graph_param_list"].sort(key=json.dumps)
        index["graph_param_list"] = [
            dict(sorted(one.items())) for one in index["graph_param_list"]
        ]
    assert asvs == ours
    assert asvs["graph_param_list"]
    asvs, ours = (json.loads((html / "info.json").read_text()) for html in both)
    assert asvs.keys() == ours.keys()
    assert asvs["asv-version"] == ours["asv-version"]


def test_summaries_have_the_same_rows_and_levels(both: tuple[Path, Path]) -> None:
    """Their levels are of our detector, which agrees with asv where a change is large."""
    asvs, ours = (contents(html, "graphs/*/**/summary.json") for html in both)
    assert asvs.keys() == ours.keys()
    agree = 0
    for name, rows in asvs.items():
        for theirs, own in zip(rows, ours[name], strict=True):
            assert theirs.keys() == own.keys()
            for key in ("name", "idx", "pretty_name", "last_rev"):
                assert theirs[key] == own[key]
            agree += theirs["change_rev"] == own["change_rev"]
    assert agree > 0.8 * sum(map(len, asvs.values()))


def test_regressions_are_those_of_asv_that_commits_made(both: tuple[Path, Path]) -> None:
    """Where asv is wrong (controls, the machine, throughput), test_publishing has ours."""
    asvs, ours = (
        {
            (entry[0], entry[1], entry[3]): entry
            for entry in json.loads((html / "regressions.json").read_text())["regressions"]
        }
        for html in both
    )
    slower = {key for key in asvs.keys() & ours.keys() if key[0].startswith("pca.Sgkit.time")}
    assert len(slower) == 4  # two data sets on two stacks
    for key in slower:
        assert asvs[key][2] == ours[key][2]
        assert asvs[key][4:6] == pytest.approx(ours[key][4:6], rel=0.02)
        assert [jump[:2] for jump in asvs[key][6]] == [jump[:2] for jump in ours[key][6]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = example.make(tmp_path_factory.mktemp("again") / "project")
    done = project.publish()
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def inodes(html: Path) -> dict[str, int]:
    return {
        os.path.relpath(os.path.join(root, name), html): os.stat(os.path.join(root, name)).st_ino
        for root, _, names in os.walk(html)
        for name in names
    }


def test_only_what_changed_is_written_again(project: Project) -> None:
    before = inodes(project.html)
    assert project.publish().returncode == 0
    after = inodes(project.html)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"info.json"}
    commit = project.commits["sgkit"][7]
    made_site.add_results(project, {"sgkit": [7]}, example.BENCHMARKS)
    assert project.publish().returncode == 0
    latest = inodes(project.html)
    changed = {name for name in latest if latest[name] != after.get(name)}
    assert f"commits/{commit}.json" in changed
    graphs = {name for name in changed if name.startswith("graphs/")}
    assert graphs
    assert not [name for name in graphs if "/stack-dated/" in name and "/summary" not in name]
    pages = {name for name in changed if re.fullmatch(r"commits/[0-9a-f]{40}\.json", name)}
    assert len(pages) == 2  # and the next


def test_a_publish_that_fails_leaves_the_site_as_it_was_and_says_why(project: Project) -> None:
    def info() -> dict[str, Any]:
        return dict(json.loads((project.html / "info.json").read_text()))

    before, good = inodes(project.html), info()
    listing = project.root / "results" / "benchmarks.json"
    text = listing.read_text()
    listing.write_text(text[:-20])
    done = project.publish()
    listing.write_text(text)
    assert done.returncode == 1
    after = inodes(project.html)
    assert {
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    } == {"info.json"}
    failed = info().pop("failed")
    assert "results/benchmarks.json" in failed["why"]
    assert str(project.root) not in failed["why"]
    assert {**good, "failed": failed} == info()
    assert project.publish().returncode == 0
    assert "failed" not in info()


def test_staging_replaces_the_site_at_its_end_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    live = tmp_path / "html"
    live.mkdir()
    (live / "old.json").write_text("old")
    (live / "same.json").write_text("same")
    inode = (live / "same.json").stat().st_ino
    with suppress(RuntimeError), staging(live) as site:
        (site.folder / "new.json").write_text("new")
        raise RuntimeError
    assert sorted(path.name for path in live.iterdir()) == ["old.json", "same.json"]
    calls = []
    for key in ("1", "1", "2"):
        with staging(live) as site:
            (site.folder / "same.json").write_text("same")
            site.write("graphs/x.json", key, lambda key=key: calls.append(key) or key)
        assert (live / "graphs" / "x.json").read_text() == key
        assert (live / "same.json").stat().st_ino == inode
        assert not (live / "old.json").exists()
    assert calls == ["1", "2"]
    (live / "graphs" / "x.json").unlink()
    (live / staging_module._KEYS).write_text("damaged")
    with staging(live) as site:
        site.write("graphs/x.json", "2", lambda: "2")
    assert (live / "graphs" / "x.json").read_text() == "2"
    assert not (live / "same.json").exists()
    assert not list(live.glob(".new-*"))
