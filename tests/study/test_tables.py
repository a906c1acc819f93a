"""Tables from a made study, where every ratio is known."""

from __future__ import annotations

import re

import pytest

from tests.study.points_of import point
from tests.study.truth import SPEED
from tools.common import paths
from tools.study.analysis import code_size, reference
from tools.study.analysis.editions import STUDY, TODAY
from tools.study.analysis.measurements import TASKS, Measurement
from tools.study.page import since, tables
from tools.study.page.tables import Cell, Table


def text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else " ".join(cell)


def numbers(cell: Cell) -> list[float]:
    return [float(found) for found in re.findall(r"\d+\.?\d*", text(cell).replace(",", ""))]


def row(table: Table, *starts: str) -> list[Cell]:
    [found] = [r for r in table.rows if [text(c) for c in r[: len(starts)]] == list(starts)]
    return found


def test_the_studys_numbers_are_the_thesis(by_edition: dict[str, list[Measurement]]) -> None:
    assert reference.seconds("ld_prune") == {"sgkit": 1662, "hail": 7639, "plink": 216.7}
    assert reference.cluster_seconds("rows", "cold") == {4: 4740.1, 8: 1172.5}
    assert set(reference.tasks()) == set(TASKS)


def test_table_2_4_has_the_true_ratios_beside_the_studys(
    by_edition: dict[str, list[Measurement]],
) -> None:
    table = tables.single_node(by_edition[STUDY], STUDY)
    assert len(table.rows) == len(table.sentences) - 1 == 5
    assert len(table.behind) == 15
    cells = row(table, "LD prune")
    assert text(cells[1]) == "2,504 samples x 10,000 variants, 2 cores"
    ratio, low, high, study = numbers(cells[5])
    true = SPEED["ld_prune"]["sgkit"] / 1.9 / SPEED["ld_prune"]["plink"]
    assert ratio == pytest.approx(true, rel=0.03)
    assert low < ratio < high
    assert study == pytest.approx(1662 / 216.7, rel=0.01)
    [said] = [one for one in table.sentences if one.startswith("LD prune")]
    assert "PLINK, then Sgkit, then Hail, as in the study" in said
    assert "Here 2,504 samples x 10,000 variants, 2 cores; in the study chromosome 21 of " in said
    assert "1000 Genomes, 16 cores. Near is within 100 variants in Sgkit and PLINK" in said
    assert table.sentences[-1].startswith("The shortest time of Hail is 0.08")


def test_a_turned_order_is_said(by_edition: dict[str, list[Measurement]]) -> None:
    table = tables.single_node(by_edition[TODAY], TODAY)
    said = dict(one.split(": ", 1) for one in table.sentences[:-1])
    assert said["PCA"].startswith("Sgkit and PLINK, then Hail; in the study PLINK, then Hail, ")
    assert "Sgkit / Hail is turned round: 0.5" in said["PCA"]
    assert "not decided" in said["Allele frequency"]  # twice as fast since: as fast as Hail


def test_a_tool_that_is_missing_is_not_compared() -> None:
    own = [point(2, tool="sgkit", cores=2), point(1, tool="plink", cores=2)]
    table = tables.single_node(own, TODAY)
    assert [text(cell) for cell in table.rows[0]][2:5] == ["2\u00a0s", "n/a", "1\u00a0s"]
    assert text(table.rows[0][7]) == "n/a study 1.15"


def test_table_2_5_scales_out_and_compares_with_tiles(
    by_edition: dict[str, list[Measurement]],
) -> None:
    table = tables.multi_node(by_edition[TODAY], TODAY)
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
    [said] = tables.multi_node(own, TODAY).sentences
    assert "warm: not decided whether faster or slower than tiles (1.50 (too few" in said
    assert said.endswith("; in the study 1.23 times faster.")


def test_table_2_5_has_the_studys_settings_where_others_have_as_many_points() -> None:
    axes = {"task": "hardy_weinberg", "layout": "1x1", "chunks": "tiles"}
    own = [
        point(value, experiment="distributed", nodes=nodes, settings=settings, **axes)
        for settings, value in (("study", 2.0), ("study+numba-cache", 1.0))
        for nodes in (1, 2)
    ]
    [found] = tables.multi_node(own, TODAY).rows
    assert text(found[0]).endswith("settings study")


def test_effort_puts_memory_accuracy_and_code_beside_speed(today: list[Measurement]) -> None:
    table = tables.effort(today, code_size.count(paths.ROOT / "benchmarks"))
    cells = [text(cell) for cell in row(table, "PCA", "Hail")]
    assert cells[4:6] == ["4.00 GB", "1.0e-07"]
    assert int(cells[6]) > 3
    assert len(table.rows) == 15


def test_since_has_the_same_points_of_both(by_edition: dict[str, list[Measurement]]) -> None:
    table = since.table(by_edition)
    cells = row(table, "OLS association", "Sgkit", "end to end (lazy)")
    assert [text(cells[4]).split()[-1], text(cells[5]).split()[-1]] == ["0.4.0", "0.10.0"]
    assert numbers(cells[6])[0] == pytest.approx(2, rel=0.03)
    sgkit, hail = table.sentences
    assert "faster at 40 of 40 points" in sgkit
    assert "not decided at 40" in hail


def test_nothing_measured_is_an_empty_table() -> None:
    for table in (tables.single_node([], TODAY), tables.multi_node([], TODAY)):
        assert table.rows == []
    assert since.table({TODAY: [], STUDY: []}).rows == []
