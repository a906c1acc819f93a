"""Tables from a made study, where every ratio is known."""

from __future__ import annotations

import re

import polars as pl
import pytest

from benchmarks._harness.registry import TASKS
from tests.study.points_of import point
from tests.study.points_of import table as table_of
from tests.study.truth import SPEED
from tools.common import paths
from tools.study.analysis import code_size, editions, reference
from tools.study.analysis.editions import STUDY, TODAY
from tools.study.page import tables
from tools.study.page.tables import Cell, Table


def text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else " ".join(cell)


def numbers(cell: Cell) -> list[float]:
    return [float(found) for found in re.findall(r"\d+\.?\d*", text(cell).replace(",", ""))]


def row(table: Table, *starts: str) -> list[Cell]:
    [found] = [r for r in table.rows if [text(c) for c in r[: len(starts)]] == list(starts)]
    return found


def test_the_studys_numbers_are_the_thesis() -> None:
    seconds = reference.tasks()["ld_prune"].seconds
    assert seconds == {"sgkit": 1662, "hail": 7639, "plink": 216.7}
    assert reference.load().multi_node.chunks["rows"].cold == {4: 4740.1, 8: 1172.5}
    assert list(reference.tasks()) == list(TASKS)[:5]
    assert [reference.figure(task) for task in TASKS][:5] == ["2.3", "2.4", "2.5", "2.6", "2.7"]
    assert reference.ratio("ld_prune", "sgkit", "plink") == pytest.approx(1662 / 216.7)


def test_what_the_thesis_does_not_have_has_no_number_of_it() -> None:
    assert reference.ratio("ld_prune", "sgkit", "plink2") is None
    assert reference.ratio("new_task", "sgkit", "plink") is None
    assert reference.figure("new_task") == "task-new_task"


def test_table_2_4_has_the_true_ratios_beside_the_studys(
    points: pl.DataFrame,
) -> None:
    table = tables.single_node(points.filter(edition=STUDY), STUDY)
    assert len(table.rows) == len(table.sentences) - 1 == 5
    assert len(table.behind) == 20
    cells = dict(zip(table.head, row(table, "LD prune"), strict=True))
    assert text(cells["Data and cores"]) == "2,504 samples x 10,000 variants, 2 cores"
    ratio, low, high, study = numbers(cells["Sgkit / PLINK"])
    true = SPEED["ld_prune"]["sgkit"] / 1.9 / SPEED["ld_prune"]["plink"]
    assert ratio == pytest.approx(true, rel=0.03)
    assert low < ratio < high
    assert study == pytest.approx(1662 / 216.7, rel=0.01)
    [said] = [one for one in table.sentences if one.startswith("LD prune")]
    assert "PLINK, then Sgkit, then Hail, as in the study" in said
    assert "Here 2,504 samples x 10,000 variants, 2 cores; in the study chromosome 21 of " in said
    assert "1000 Genomes, 16 cores. Near is within 100 variants in Sgkit and PLINK" in said
    assert table.sentences[-1].startswith("The shortest time of Hail is 0.08")


def test_a_turned_order_is_said(points: pl.DataFrame) -> None:
    table = tables.single_node(points.filter(edition=TODAY), TODAY)
    said = dict(one.split(": ", 1) for one in table.sentences[:-1])
    assert said["PCA"].startswith("Sgkit and PLINK, then Hail; in the study PLINK, then Hail, ")
    assert "Sgkit / Hail is reversed: 0.5" in said["PCA"]
    assert "not decided" in said["Allele frequency"]  # twice as fast since: as fast as Hail


def test_a_tool_that_is_missing_is_not_compared() -> None:
    own = [point(2, tool="sgkit", cores=2), point(1, tool="plink", cores=2)]
    table = tables.single_node(table_of(*own), TODAY)
    cells = {name: text(cell) for name, cell in zip(table.head, table.rows[0], strict=True)}
    assert [cells[name] for name in ("Sgkit", "Hail", "PLINK")] == ["2\u00a0s", "n/a", "1\u00a0s"]
    assert cells["Sgkit / Hail"] == "n/a study 1.15"


def test_table_2_5_scales_out_and_compares_with_tiles(
    points: pl.DataFrame,
) -> None:
    table = tables.multi_node(points.filter(edition=TODAY), TODAY)
    own = [one for one in table.rows if text(one[0]).startswith("HWE")]
    assert [text(one[1]) for one in own] == ["tiles", "rows", "large-rows"] * 2
    found = next(one for one in own if text(one[1]) == "large-rows" and text(one[2]) == "warm")
    scale_out, _, _, studys = numbers(found[5])
    assert (scale_out, studys) == (pytest.approx(1.9, rel=0.03), pytest.approx(11.7, rel=0.01))
    to_tiles, _, _, studys = numbers(found[6])
    assert (to_tiles, studys) == (pytest.approx(0.6, rel=0.03), pytest.approx(0.5, rel=0.01))
    [said] = [s for s in table.sentences if s.startswith("HWE with filtering, rows, cold")]
    assert "faster than tiles; in the study 1.90 times slower" in said


def test_two_samples_do_not_decide_which_shards_are_faster() -> None:
    axes = {"task": "hardy_weinberg", "nodes": 1, "layout": "1x1", "settings": "study"}
    own = [
        point(value, (value, value), experiment="distributed", chunks=chunks, **axes)
        for chunks, value in (("tiles", 1.0), ("rows", 1.5))
    ]
    [said] = tables.multi_node(table_of(*own), TODAY).sentences
    assert "warm: not decided whether faster or slower than tiles (1.50 (too few" in said
    assert said.endswith("; in the study 1.23 times faster.")


def test_table_2_5_has_the_studys_settings_where_others_have_as_many_points() -> None:
    axes = {"task": "hardy_weinberg", "layout": "1x1", "chunks": "tiles"}
    own = [
        point(value, experiment="distributed", nodes=nodes, settings=settings, **axes)
        for settings, value in (("study", 2.0), ("study+numba-cache", 1.0))
        for nodes in (1, 2)
    ]
    [found] = tables.multi_node(table_of(*own), TODAY).rows
    assert text(found[0]).endswith("settings study")


def test_effort_puts_memory_accuracy_and_code_beside_speed(today: pl.DataFrame) -> None:
    table = tables.effort(today, code_size.count(paths.ROOT / "benchmarks"))
    cells = [text(cell) for cell in row(table, "PCA", "Hail")]
    assert cells[4:6] == ["4.00 GB", "1.0e-07"]
    assert int(cells[6]) > 3
    assert len(table.rows) == 20


def test_since_has_the_same_points_of_both(points: pl.DataFrame) -> None:
    table = tables.since(points)
    cells = row(table, "OLS association", "Sgkit", "end to end (lazy)")
    assert [text(cells[4]).split()[-1], text(cells[5]).split()[-1]] == ["0.4.0", "0.10.0"]
    assert numbers(cells[6])[0] == pytest.approx(2, rel=0.03)
    sgkit, hail = table.sentences
    assert "faster at 40 of 40 points" in sgkit
    assert "not decided at 40" in hail


def test_nothing_measured_is_an_empty_table() -> None:
    nothing = editions.assign(table_of())
    for table in (tables.single_node(nothing, TODAY), tables.multi_node(nothing, TODAY)):
        assert table.rows == []
    assert tables.since(nothing).rows == []
