"""The page's files: data that can be traced, downloads that read back, words in a terminal."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import polars as pl
import pytest

from tests.study import made, truth
from tools.__main__ import main
from tools.common import paths
from tools.study.page import page, report
from tools.study.page.page import Record

BENCHMARKS = paths.ROOT / "benchmarks"


@pytest.fixture(scope="module")
def shown(html: Path) -> Record:
    return data_of(html)


def data_of(html: Path) -> Record:
    text = (html / "study" / "data.js").read_text()
    return json.loads(text.removeprefix("window.STUDY = ").rstrip().rstrip(";"))


def test_every_number_has_a_source_with_lock_data_and_command(shown: Record) -> None:
    numbers = [row for figure in shown["figures"] for row in figure["rows"]]
    numbers += [row for table in shown["tables"] for row in table["behind"]]
    assert len(numbers) > 1000
    for number in numbers:
        source = shown["sources"][number["source"]]
        assert source["tool"] == number["tool"]
        assert source["release"] == number["release"]
        assert source["machine"] == "box"
        assert re.fullmatch(r"lock\d+", source["lock"])
        assert source["data_sha256"] == "a" * 64
        assert f"-stack{source['stack']} --record-samples" in source["command"]
        assert number["benchmark"]


def test_downloads_are_there_and_equal(html: Path, shown: Record) -> None:
    [figure] = [one for one in shown["figures"] if one["id"] == "2.6"]
    assert [Path(name).suffix for name in figure["files"]] == [".svg", ".png", ".csv", ".parquet"]
    for name in [*figure["files"], *shown["files"]]:
        assert (html / "study" / name).stat().st_size > 1000
    with (html / "study" / "figure-2.6.csv").open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    table = pl.read_parquet(html / "study" / "figure-2.6.parquet")
    assert len(table) == len(lines) == len(figure["rows"])
    for column in ("value", "low", "speedup", "cores"):
        assert [float(line[column]) for line in lines if line[column]] == [
            value for value in table[column].to_list() if value is not None
        ]
    for column in ("samples", "command", "lock", "data_sha256", "machine"):
        assert [line[column] for line in lines] == table[column].to_list()
    samples = [float(one) for one in lines[0]["samples"].split(";")]
    assert sum(samples) / len(samples) == pytest.approx(float(lines[0]["value"]))


def test_the_page_needs_no_site_around_it(html: Path) -> None:
    text = (html / "study.html").read_text()
    assert "<nav" not in text
    for name in re.findall(r'(?:src|href)="([^":]+)"', text):
        assert (html / name).exists(), name
    assert "window.vegaEmbed" in (html / "vendor" / "vega-embed.js").read_text()


def test_without_results_it_says_what_measures_them(tmp_path: Path) -> None:
    page.write(tmp_path / "results", BENCHMARKS, tmp_path / "html")
    shown = data_of(tmp_path / "html")
    assert not any(figure["rows"] or figure["files"] for figure in shown["figures"])
    for one in (*shown["figures"], *shown["tables"]):
        if one["id"] not in ("effort",):
            assert any("study run --profile" in command for command in one["commands"]), one["id"]
    assert not list((tmp_path / "html" / "study").glob("figure-*"))
    assert report.summary(shown) == [
        "nothing of the study has been measured: run `python -m tools study run`"
    ]


def test_the_summary_has_the_guidelines_and_the_findings(shown: Record) -> None:
    text = "\n".join(report.summary(shown))
    assert "today's newest: Sgkit 0.10.0" in text
    assert "Which tool for PCA?\n  PLINK" in text
    assert "PLINK is the slowest at OLS -- today: holds" in text
    assert "busy" not in text


def test_the_summary_tells_what_was_measured_on_a_busy_machine(tmp_path: Path) -> None:
    made.write(tmp_path / "results", truth.small, made.STUDY, load=3.5)
    page.write(tmp_path / "results", BENCHMARKS, tmp_path / "html")
    shown = data_of(tmp_path / "html")
    numbers = [row for figure in shown["figures"] for row in figure["rows"]]
    assert all(row["busy"] for row in numbers)
    lines = report.summary(shown)
    start = lines.index(f"Measured while the machine was busy ({len(shown['busy']['points'])}):")
    assert re.fullmatch(r"  Hail 0.2.85, study stack: (\d+) of \1 points", lines[start + 1])


def test_an_unknown_machine_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["study", "report", "--machine", "nowhere", "--out", str(tmp_path)]) == 2
    assert "no results of a machine 'nowhere'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_a_folder_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("kept")
    for place in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/x")):
        assert main(["study", "report", "--out", str(place)]) == 2
        assert f"error: {place} cannot be a folder for the page" in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "kept"
