"""The Study page as data and files: everything that study.html shows, from results only."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import polars as pl

from tools.common import files
from tools.study import words
from tools.study.analysis import (
    code_size,
    editions,
    findings,
    guidelines,
    interference,
    measurements,
    noise_floor,
    reference,
)
from tools.study.analysis.editions import STUDY, TITLES, TODAY
from tools.study.analysis.measurements import AXES, PROGRAMS, Measurements
from tools.study.page import chart, export, rows, tables, views
from tools.study.page.figures import FIGURES, Figure
from tools.study.page.tables import Table
from tools.study.profiles import profile

FOLDER = "study"  # of the downloads, beside study.html

Record = dict[str, Any]

# what a row of a figure needs in the page; the downloads have all of it
_ROW = (
    *AXES, "tool", "metric", "edition", "series", "x", "base", "value", "low", "high", "unit",
    "speedup", "speedup_low", "speedup_high", "samples", "release", "benchmark", "source", "busy",
    "fullest",
)  # fmt: skip
# what a number was measured with, and on which data
_SETUP = (
    "tool", "release", "stack", "lock", "python", "installed", "java", "machine", "commit", "data",
    "tracker", "data_sha256", "run",
)  # fmt: skip


def write(results_dir: Path, benchmarks: Path, html: Path, machine: str | None = None) -> Record:
    """Write the page's data and downloads below `html`; what the page shows."""
    measured = measurements.read(results_dir, machine)
    repeats = noise_floor.pairs(measured.points)
    floor = noise_floor.noise_floor(repeats["ratio"])
    own = interference.with_interference(measured.points.with_columns(noise_floor=pl.lit(floor)))
    own, sources = _with_sources(own)
    points = editions.assign(own)
    today, study = (points.filter(edition=name) for name in (TODAY, STUDY))
    rules = guidelines.derive(today)
    folder = html / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    every_table = [
        tables.single_node(today, TODAY),
        tables.single_node(study, STUDY),
        tables.multi_node(today, TODAY),
        tables.multi_node(study, STUDY),
        tables.tools(rules),
        tables.effort(today, code_size.count(benchmarks)),
        tables.since(points),
        tables.repeats(repeats),
    ]
    disturbed = interference.busiest(points.unique("id", maintain_order=True))
    shown: Record = {
        "machine": dict(measured.machine),
        "editions": _editions(points),
        "reference": reference.load().setting.model_dump(),
        "tables": [_table(table, own, folder) for table in every_table],
        "noise_floor": words.times(floor),
        "figures": [_figure(figure, measured, points, folder) for figure in FIGURES],
        "rules": [_rule(rule) for rule in rules],
        "findings": [_finding(finding, points) for finding in findings.FINDINGS],
        "busy": {
            "rule": interference.RULE,
            "summary": interference.summary(points.unique("id")),
            "points": [f"{_name(row)}: {row['interference']}" for row in disturbed.to_dicts()],
        },
        "failed": sorted(set(map(_name, measured.failed.to_dicts()))),
        "axes": words.AXES,
        "names": views.NAMES,
        "files": [] if points.is_empty() else export.data(folder, "all", points),
        "sources": sources,
    }
    text = json.dumps(shown, separators=(",", ":"), allow_nan=False)
    # a script, so that the page can be read from a disk too
    files.write_text(folder / "data.js", f"window.STUDY = {text};\n")
    if len(points):
        files.write_text(html / "vendor" / "vega-embed.js", export.library())
    return shown


def _with_sources(points: pl.DataFrame) -> tuple[pl.DataFrame, list[Record]]:
    """The points with `source`, the index of their set-up in the list, and `busy`."""
    points = points.with_columns(
        run=pl.col("command").str.split(" --bench").list.first(),
        busy=pl.when(pl.col("interference").is_not_null()).then(True),
    )
    setups = (
        points.group_by(_SETUP, maintain_order=True)
        .agg(pl.col("measured_at").max())
        .with_row_index("source")
    )
    listed = setups.drop("source").rename({"run": "command"}).to_dicts()
    return (
        points.join(
            setups.drop("measured_at"), on=_SETUP, nulls_equal=True, maintain_order="left"
        ),
        listed,
    )


def _attributes(of: Any, *names: str) -> Record:
    return {name: getattr(of, name) for name in names}


def _name(row: Record) -> str:
    return f"{row['tool']} {row['release']}, {row['stack']}: {row['benchmark']}"


def _records(points: pl.DataFrame, columns: tuple[str, ...]) -> list[Record]:
    """Rows without their nulls, with five digits; the downloads have all."""

    def short(value: Any) -> Any:
        if isinstance(value, list):
            return [short(item) for item in value]
        return float(f"{value:.5g}") if isinstance(value, float) else value

    return [
        {name: short(value) for name, value in row.items() if value is not None}
        for row in points.select(columns).iter_rows(named=True)
    ]


def _table(table: Table, points: pl.DataFrame, folder: Path) -> Record:
    ids = pl.DataFrame({"id": table.behind}, schema={"id": points.schema["id"]})
    behind = ids.join(points, on="id", maintain_order="left")
    columns = ("tool", "metric", "value", "unit", "samples", "low", "high", "benchmark", "release",
               "source", "busy")  # fmt: skip
    of_table = pl.col("experiment").is_in(table.experiments)
    return {
        **_attributes(table, "id", "title", "about", "head", "rows", "sentences"),
        "commands": [] if table.behind else _commands(of_table),
        "files": export.data(folder, f"table-{table.id}", behind) if table.behind else [],
        "behind": _records(behind, columns),
    }


def _figure(figure: Figure, measured: Measurements, points: pl.DataFrame, folder: Path) -> Record:
    own = rows.make(figure, points)
    choices = rows.options(figure, own)
    choice = rows.default(figure, own, choices)
    specs = [chart.describe(figure, panel, own) for panel in figure.panels]
    shown = views.of(figure, own, choices) if len(own) else {}
    downloads: list[str] = []
    if shown:
        name, view = f"figure-{figure.id}", shown[views.key(choices, choice)]
        drawing = chart.whole(figure, specs, rows.select(own, choice), view)
        downloads = [*export.drawing(folder, name, drawing), *export.data(folder, name, own)]
    return {
        **_attributes(figure, "id", "study", "title", "about"),
        "panels": [
            {**_attributes(panel, "title", "where", "column"), "spec": spec}
            for panel, spec in zip(figure.panels, specs, strict=True)
        ],
        "series": chart.series(figure, own),
        "choices": choices,
        "choice": choice,
        "views": shown,
        "not_drawn": rows.too_large(figure, measured),
        "commands": [] if len(own) else _commands(figure.filter),
        "files": downloads,
        "rows": _records(own, _ROW),
    }


def _commands(fits: pl.Expr) -> list[str]:
    """The parts of the profiles that measure such points."""
    commands = []
    own = _profile_points().filter(fits).unique(["profile", "part"], maintain_order=True)
    for (name,), parts in own.group_by("profile", maintain_order=True):
        options = "".join(f" --part {part}" for part in parts["part"]) if len(parts) < 5 else ""
        commands.append(f".venv/bin/python -m tools study run --profile {name}{options}")
    return commands


@functools.cache
def _profile_points() -> pl.DataFrame:
    """The points of all profiles: profile, part, experiment, tool, metric and AXES."""
    columns = [*("profile", "part", "experiment", "tool", "metric")]
    return pl.DataFrame(
        [
            {
                "profile": each.name,
                "part": part.name,
                **dict(zip(columns[2:], point.benchmark.lower().split("."), strict=True)),
                **dict(point.parameters),
            }
            for each in profile.load().values()
            for part in each.parts
            for point in part.points
        ],
        schema={**dict.fromkeys(columns, pl.String), **AXES},
    )


def _rule(rule: guidelines.Guideline) -> Record:
    return {
        **_attributes(rule, "id", "question", "sentences", "figures", "decided"),
        "conditions": [
            {
                "words": words.condition(choice.condition),
                "ranking": [
                    [row["option"], words.seconds(row["value"])] for row in choice.ranking
                ],
                "good": choice.good if choice.decided else [],
                "ahead": words.interval(choice.ahead),
            }
            for choice in rule.choices
        ],
    }


def _finding(finding: findings.Finding, points: pl.DataFrame) -> Record:
    verdicts = {
        edition: findings.judge(finding, points.filter(edition=edition))
        for edition in points["edition"].unique(maintain_order=True)
    }
    return {
        **_attributes(finding, "id", "text", "source", "figures"),
        "verdicts": {
            edition: {
                "words": verdict.words,
                "evidence": [[item.words, item.agrees] for item in verdict.evidence],
            }
            for edition, verdict in verdicts.items()
        },
    }


def _editions(points: pl.DataFrame) -> list[Record]:
    """Which release of each tool stands for an edition, and on which stack."""
    counts = points.group_by("edition", "tool", maintain_order=True).agg(
        pl.col("release", "stack").last(), points=pl.len()
    )
    return [
        {
            **row,
            "edition": TITLES[row["edition"]],
            "tool": words.tool(row["tool"]),
            "stack": "" if row["tool"] in PROGRAMS else row["stack"],
        }
        for row in counts.to_dicts()
    ]
