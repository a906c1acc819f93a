"""Figures of a made study: which rows, which choices, and what is named instead of drawn."""

from __future__ import annotations

import json

import polars as pl
import pytest
import vl_convert

from benchmarks._harness import registry
from tools.study.analysis.measurements import Measurements
from tools.study.page import chart, rows, views
from tools.study.page.figures import FIGURES, Figure


def figure(name: str) -> Figure:
    [match] = [each for each in FIGURES if each.id == name]
    return match


def view_of(own: Figure, all_rows: pl.DataFrame, choice: rows.Choice) -> views.View:
    """The view of one choice."""
    choices = {axis: [value] for axis, value in choice.items()}
    [view] = views.of(own, all_rows, choices).values()
    return view


def chosen(name: str, points: pl.DataFrame) -> tuple[pl.DataFrame, rows.Choice]:
    own = rows.make(figure(name), points)
    choice = rows.default(figure(name), own, rows.options(figure(name), own))
    return rows.select(own, choice), choice


def test_all_of_the_studys_figures_are_there_and_the_new_axes() -> None:
    names = [each.id for each in FIGURES]
    assert [name for name in names if name.startswith("2.")] == [f"2.{n}" for n in range(3, 16)]
    assert {"samples", "variants", "hyperparameters", "survival"} <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", [each.id for each in FIGURES])
def test_every_panel_is_drawn_from_its_default_choice(name: str, points: pl.DataFrame) -> None:
    shown, _ = chosen(name, points)
    own = figure(name)
    for panel in own.panels:
        if (name, panel.title) == ("survival", "Time lost"):
            continue
        drawn = panel.select(shown).select("series", "x")
        assert len(drawn), panel.title
        assert drawn.is_unique().all(), "two points in one place"


@pytest.mark.parametrize("name", ["2.3", "2.12", "hyperparameters", "survival"])
def test_vega_lite_takes_the_description(name: str, points: pl.DataFrame) -> None:
    shown, choice = chosen(name, points)
    specs = [chart.describe(figure(name), panel, shown) for panel in figure(name).panels]
    view = {**view_of(figure(name), shown, choice), "conditions": "on box"}
    drawing = vl_convert.vegalite_to_svg(chart.whole(figure(name), specs, shown, view))
    assert "on box" in drawing
    for each in chart.series(figure(name), shown):
        assert each["colour"] in drawing
    assert "NaN" not in drawing


def test_a_figure_says_under_what_it_was_measured(points: pl.DataFrame) -> None:
    own = figure("2.12")
    own_rows = rows.make(own, points.filter(edition="study"))
    choice = rows.default(own, own_rows, rows.options(own, own_rows))
    assert "edition" not in choice  # there is only one: it cannot be chosen, and has to be said
    parts = view_of(own, own_rows, choice)["conditions"].split("; ")
    assert {"releases: the study's own", "data set: sim-2504-10k", "page cache: cold"} <= {*parts}
    assert f"layout: {choice['layout']}" in parts
    assert parts[-2:] == ["2,504 samples x 10,000 variants", "Sgkit 0.4.0"]
    own = figure("2.3")
    own_rows = rows.make(own, points)
    view = view_of(own, own_rows, {"edition": "today", "data": "sim-1k"})
    assert view["conditions"].split("; ") == [
        "chunks and partitions: as prepared", "releases: today's newest", "data set: sim-1k",
        "1,000 samples x 10,000 variants", "Hail 0.2.139, PLINK 1.9, PLINK 2 2.00a1, Sgkit 0.10.0",
    ]  # fmt: skip


def test_a_view_names_the_panels_that_draw_nothing(points: pl.DataFrame) -> None:
    own = figure("dask")
    own_rows = rows.make(own, points)
    view = view_of(own, own_rows, {"layout": "1x2", "metric": "time_end_to_end"})
    titles = "HWE with filtering; LD prune; PCA; OLS association"
    assert view["missing"] == f"Not measured for this choice: {titles}."
    assert [panel is None for panel in view["panels"]] == [False, True, True, True, True]
    assert view["panels"][0]["title"] == "Allele frequency, sim-2504-10k"
    assert view["panels"][0]["unit"] == "seconds"


def test_ticks_of_the_x_axis_are_those_of_what_is_drawn(points: pl.DataFrame) -> None:
    own = figure("2.3")
    own_rows = rows.make(own, points)
    specs = [chart.describe(own, panel, own_rows) for panel in own.panels]
    two = own_rows.filter(cores=2)
    panels = chart.whole(own, specs, two, view_of(own, two, {}))["concat"]
    assert panels
    assert all(panel["encoding"]["x"]["axis"]["values"] == [2] for panel in panels)


def test_speed_up_is_relative_to_the_least(points: pl.DataFrame) -> None:
    shown, _ = chosen("2.3", points)
    speedups = {
        (row["series"], row["x"]): row["speedup"]
        for row in shown.filter(metric="time_end_to_end").iter_rows(named=True)
    }
    assert speedups["Sgkit", 1] == 1
    assert speedups["Sgkit", 2] == pytest.approx(1.9, rel=0.03)
    assert speedups["PLINK", 2] == pytest.approx(1, rel=0.03)


def test_the_default_choice_shows_most_and_begins_with_today(points: pl.DataFrame) -> None:
    own = rows.make(figure("samples"), points)
    assert rows.options(figure("samples"), own).keys() == {
        "cores", "n_variants", "metric", "edition",
    }  # fmt: skip
    shown, choice = chosen("samples", points)
    assert (choice["edition"], choice["metric"]) == ("today", "time_end_to_end")
    assert choice["n_variants"] == 10_000
    assert set(shown["x"]) == {1000, 2504}


def test_a_line_of_one_place_that_is_not_the_least_has_no_speed_up(points: pl.DataFrame) -> None:
    own = figure("2.3")
    later = (pl.col("tool") != "hail") | (pl.col("cores") == 2)
    own_rows = rows.make(own, points.filter(later, edition="today"))
    assert "Hail" in own_rows["series"]
    drawn = own_rows.filter(pl.col("speedup").is_not_null())
    assert set(drawn["series"]) == {"Sgkit", "PLINK", "PLINK 2"}
    assert set(drawn["base"]) == {1}


def test_a_figure_of_the_studys_begins_with_as_many_lines_as_there_are(
    points: pl.DataFrame,
) -> None:
    fewer = pl.col("chunks").is_null() | (pl.col("chunks") == "large-rows")
    shown, choice = chosen("2.13", points.filter((pl.col("edition") == "study") | fewer))
    assert choice["edition"] == "study"
    assert shown["series"].n_unique() == 3


def test_what_the_machine_is_too_small_for_is_named(measured: Measurements) -> None:
    assert rows.too_large(figure("2.3"), measured) == (
        "Not drawn, as this machine has 2 physical cores: cores 4, 8 and 16."
    )
    words = rows.too_large(figure("2.8"), measured)
    assert "1, 2, 4 and 8 of 8x5" in words
    assert "2, 4 and 8 of 1x2" in words
    assert rows.too_large(figure("samples"), measured) == ""


def test_one_edition_has_nothing_to_be_compared_with(points: pl.DataFrame) -> None:
    assert len(rows.make(figure("since"), points))
    assert rows.make(figure("since"), points.filter(edition="today")).is_empty()


@pytest.mark.parametrize("name", [each.id for each in FIGURES])
def test_a_figure_without_results_has_no_rows(name: str, points: pl.DataFrame) -> None:
    own = rows.make(figure(name), points.clear())
    assert own.is_empty()
    assert rows.default(figure(name), own, rows.options(figure(name), own)) == {}
    for panel in figure(name).panels:
        json.dumps(chart.describe(figure(name), panel, own), allow_nan=False)


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
    own = views.ticks(values)
    assert set(ticks) <= set(own)
    assert len(own) <= 10


def test_colours_are_okabe_and_itos() -> None:
    palette = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"}
    tools = {tool.colour for tool in registry.TOOLS.values()}
    assert set(chart.COLOURS) | tools <= palette
    assert len(tools) == len(registry.TOOLS)


def test_descriptions_are_json(points: pl.DataFrame) -> None:
    own = rows.make(figure("2.6"), points)
    for panel in figure("2.6").panels:
        json.dumps(chart.describe(figure("2.6"), panel, own), allow_nan=False)
