"""Figures of a made study: which rows, which choices, and what is named instead of drawn."""

from __future__ import annotations

import json

import pytest
import vl_convert

from tools.study.analysis.measurements import Measurement, Measurements
from tools.study.page import chart, conditions, rows
from tools.study.page.figures import FIGURES, Figure

Editions = dict[str, list[Measurement]]


def figure(name: str) -> Figure:
    [found] = [one for one in FIGURES if one.id == name]
    return found


def chosen(name: str, by_edition: Editions) -> tuple[list[rows.Row], rows.Row]:
    found = rows.make(figure(name), by_edition)
    choice = rows.default(figure(name), found, rows.options(figure(name), found))
    return rows.select(found, choice), choice


def test_all_of_the_studys_figures_are_there_and_the_new_axes() -> None:
    names = [one.id for one in FIGURES]
    assert [name for name in names if name.startswith("2.")] == [f"2.{n}" for n in range(3, 16)]
    assert {"samples", "variants", "hyperparameters", "survival"} <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", [one.id for one in FIGURES])
def test_every_panel_is_drawn_from_its_default_choice(name: str, by_edition: Editions) -> None:
    shown, _ = chosen(name, by_edition)
    own = figure(name)
    for panel in own.panels:
        if (name, panel.title) == ("survival", "Time lost"):
            continue
        drawn = chart.rows_of(panel, shown)
        assert drawn, panel.title
        places = [(row["series"], row["x"]) for row in drawn]
        assert len(places) == len(set(places)), "two points in one place"


@pytest.mark.parametrize("name", ["2.3", "2.12", "hyperparameters", "survival"])
def test_vega_lite_takes_the_description(name: str, by_edition: Editions) -> None:
    shown, _ = chosen(name, by_edition)
    specs = [chart.describe(figure(name), panel, shown) for panel in figure(name).panels]
    drawing = vl_convert.vegalite_to_svg(chart.whole(figure(name), specs, shown, "on box"))
    assert "on box" in drawing
    for one in chart.series(figure(name), shown):
        assert one["colour"] in drawing
    assert "NaN" not in drawing


def test_a_figure_says_under_what_it_was_measured(by_edition: Editions) -> None:
    own = figure("2.12")
    found = rows.make(own, {"study": by_edition["study"]})
    choice = rows.default(own, found, rows.options(own, found))
    assert "edition" not in choice  # there is one only: it cannot be chosen, and has to be said
    said = conditions.of(own, found, choice).split("; ")
    assert {"releases: the study's own", "data set: sim-2504-10k", "page cache: cold"} <= {*said}
    assert f"layout: {choice['layout']}" in said
    assert said[-2:] == ["2,504 samples x 10,000 variants", "Sgkit 0.4.0"]
    own = figure("2.3")
    found = rows.make(own, by_edition)
    said = conditions.of(own, found, {"edition": "today", "data": "sim-1k"}).split("; ")
    assert said == [
        "chunks and partitions: as prepared", "releases: today's newest", "data set: sim-1k",
        "1,000 samples x 10,000 variants", "Hail 0.2.139, PLINK 1.9, Sgkit 0.10.0",
    ]  # fmt: skip
    assert conditions.constant(own, []) == ""


def test_ticks_of_the_x_axis_are_those_of_what_is_drawn(by_edition: Editions) -> None:
    own = figure("2.3")
    found = rows.make(own, by_edition)
    specs = [chart.describe(own, panel, found) for panel in own.panels]
    one = [row for row in found if row["cores"] == 2]
    panels = chart.whole(own, specs, one, "")["concat"]
    assert panels
    assert all(panel["encoding"]["x"]["axis"]["values"] == [2] for panel in panels)


def test_speed_up_is_relative_to_the_least(by_edition: Editions) -> None:
    shown, _ = chosen("2.3", by_edition)
    speedups = {
        (row["series"], row["x"]): row["speedup"]
        for row in shown
        if row["metric"] == "time_end_to_end"
    }
    assert speedups["Sgkit", 1] == 1
    assert speedups["Sgkit", 2] == pytest.approx(1.9, rel=0.03)
    assert speedups["PLINK", 2] == pytest.approx(1, rel=0.03)


def test_the_default_choice_shows_most_and_begins_with_today(by_edition: Editions) -> None:
    found = rows.make(figure("samples"), by_edition)
    assert rows.options(figure("samples"), found).keys() == {
        "cores", "n_variants", "metric", "edition",
    }  # fmt: skip
    shown, choice = chosen("samples", by_edition)
    assert (choice["edition"], choice["metric"]) == ("today", "time_end_to_end")
    assert choice["n_variants"] == 10_000
    assert {row["x"] for row in shown} == {1000, 2504}


def test_a_line_of_one_place_that_is_not_the_least_has_no_speed_up(by_edition: Editions) -> None:
    own = figure("2.3")
    points = [
        point
        for point in by_edition["today"]
        if own.shows(point) and (point.tool != "hail" or point.axes["cores"] == 2)
    ]
    found = rows.make(own, {"today": points})
    assert any(row["series"] == "Hail" for row in found)
    drawn = [row for row in found if row.get("speedup") is not None]
    assert {row["series"] for row in drawn} == {"Sgkit", "PLINK"}
    assert {row["base"] for row in drawn} == {1}


def test_a_figure_of_the_studys_begins_with_as_many_lines_as_there_are(
    by_edition: Editions,
) -> None:
    today = [p for p in by_edition["today"] if p.axes.get("chunks") in (None, "large-rows")]
    shown, choice = chosen("2.13", {**by_edition, "today": today})
    assert choice["edition"] == "study"
    assert len({row["series"] for row in shown}) == 3


def test_what_the_machine_is_too_small_for_is_named(measured: Measurements) -> None:
    assert rows.too_large(figure("2.3"), measured) == (
        "Not drawn, as this machine has 2 physical cores: cores 4, 8 and 16."
    )
    words = rows.too_large(figure("2.8"), measured)
    assert "1, 2, 4 and 8 of 8x5" in words
    assert "2, 4 and 8 of 1x2" in words
    assert rows.too_large(figure("samples"), measured) == ""


def test_one_edition_has_nothing_to_be_compared_with(by_edition: Editions) -> None:
    assert rows.make(figure("since"), {"today": by_edition["today"]}) == []


def test_a_figure_without_results_has_no_rows() -> None:
    assert rows.make(figure("2.9"), {"today": []}) == []


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.02, 30], [0.1, 1, 10]),
        ([0.9, 12], [1, 2, 5, 10]),
        ([1, 1.9], [1, 1.5]),
        ([7.99], [7.99]),
    ],
)
def test_ticks_of_a_log_axis_are_round(values: list[float], ticks: list[float]) -> None:
    found = chart.ticks(values)
    assert set(ticks) <= {float(f"{tick:.3g}") for tick in found}
    assert len(found) <= 10


def test_colours_are_okabe_and_itos() -> None:
    palette = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"}
    assert set(chart.COLOURS) | set(chart.TOOLS.values()) <= palette


def test_descriptions_are_json(by_edition: Editions) -> None:
    found = rows.make(figure("2.6"), by_edition)
    for panel in figure("2.6").panels:
        json.dumps(chart.describe(figure("2.6"), panel, found), allow_nan=False)
