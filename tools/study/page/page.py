"""The Study page as data and files: everything that study.html shows, from results only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.common import files
from tools.study import words
from tools.study.analysis import (
    code_size,
    editions,
    evidence,
    findings,
    guidelines,
    measurements,
    reference,
)
from tools.study.analysis import interference as disturbed
from tools.study.analysis import noise_floor as repeats
from tools.study.analysis.editions import STUDY, TITLES, TODAY
from tools.study.analysis.measurements import AXES, Measurement, Measurements
from tools.study.page import chart, conditions, export, records, rows, since, tables
from tools.study.page.figures import FIGURES, Figure
from tools.study.page.records import Record
from tools.study.page.tables import Table
from tools.study.profiles import profile

FOLDER = "study"  # of the downloads, beside study.html

# what a row of a figure needs in the page; the downloads have all of it
_SHOWN = (
    *records.AXES, "edition", "series", "x", "base", "value", "low", "high", "unit", "speedup",
    "speedup_low", "speedup_high", "samples", "release", "reducer", "benchmark", "source",
    "busy", rows.FULLEST,
)  # fmt: skip

# what a number was measured with, and on which data
_SETUP = (
    "tool", "release", "stack", "lock", "python", "installed", "java", "machine", "commit", "data",
    "tracker", "data_sha256",
)  # fmt: skip


class Sources:
    """The set-ups that numbers come from, each named by its place in the list."""

    def __init__(self, busy: Iterable[disturbed.Key]) -> None:
        self._busy = frozenset(busy)
        self.listed: list[Record] = []
        self._places: dict[tuple[Any, ...], int] = {}

    def of(self, record: Record) -> Record:
        """The place of a record's set-up, and whether the machine was busy with other things."""
        key = record["commit"], record["stack"], record["benchmark"]
        return {"source": self._place(record), "busy": key in self._busy or None}

    def _place(self, record: Record) -> int:
        """The place of a record's set-up, which is added where it is new."""
        setup = {
            **{name: record.get(name) for name in _SETUP},
            "command": str(record["command"]).partition(" --bench")[0],
        }
        key = tuple(setup.values())
        if key not in self._places:
            self._places[key] = len(self.listed)
            self.listed.append({**setup, "measured_at": record.get("measured_at")})
        found = self.listed[self._places[key]]
        found["measured_at"] = max(str(found["measured_at"]), str(record.get("measured_at")))
        return self._places[key]


def write(results_dir: Path, benchmarks: Path, html: Path, machine: str | None = None) -> Record:
    """Write the page's data and downloads below `html`; what the page shows."""
    measured = measurements.read(results_dir, machine)
    repeated = repeats.pairs(measured.points)
    worth = repeats.worth(repeated)
    by_edition = editions.assign(repeats.noted(measured.points, worth))
    by_edition = {name: points for name, points in by_edition.items() if points}
    folder = html / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    everything = [
        (name, point)
        for name, points in by_edition.items()
        for point in points
        if point.experiment in AXES
    ]
    busy = disturbed.found(point for _, point in everything)
    sources = Sources(busy)
    shown: Record = {
        "machine": dict(measured.machine),
        "editions": _editions(by_edition),
        "reference": reference.load().setting.model_dump(),
        "tables": [
            _table(table, folder, sources)
            for table in (*_tables(by_edition, benchmarks), repeats.table(repeated))
        ],
        "worth": words.times(worth),
        "figures": [_figure(one, measured, by_edition, folder, sources) for one in FIGURES],
        "rules": [_rule(rule) for rule in guidelines.derive(by_edition.get(TODAY, []))],
        "findings": [_finding(one, by_edition) for one in findings.FINDINGS],
        "busy": {
            "rule": disturbed.RULE,
            "summary": disturbed.summary([point for _, point in everything], busy),
            "points": [f"{point.tool} {point.release}, {point.stack}: {point.shown}: {why}"
                       for point, why in busy.values()],
        },
        "failed": sorted(
            {f"{point.tool} {point.release}, {point.stack}: {point.shown}"
             for point in measured.failed if point.experiment in AXES}
        ),
        "axes": words.AXES,
        "names": conditions.NAMES,
    }  # fmt: skip
    flat = [records.of(point, name) for name, point in everything]
    shown["files"] = export.data(folder, "all", flat) if flat else []
    shown["sources"] = sources.listed
    text = json.dumps(shown, separators=(",", ":"), allow_nan=False)
    # a script, so that the page can be read from a disk too
    files.write_text(folder / "data.js", f"window.STUDY = {text};\n")
    if everything:
        files.write_text(html / "vendor" / "vega-embed.js", export.library())
    return shown


def _tables(by_edition: Mapping[str, Sequence[Measurement]], benchmarks: Path) -> list[Table]:
    found = []
    for make in (tables.single_node, tables.multi_node):
        for name in (TODAY, STUDY):
            found.append(make(by_edition.get(name, []), name))
    found.append(guidelines.grid(by_edition.get(TODAY, [])))
    found.append(tables.effort(by_edition.get(TODAY, []), code_size.count(benchmarks)))
    found.append(since.table({name: by_edition.get(name, []) for name in (TODAY, STUDY)}))
    return found


def _table(table: Table, folder: Path, sources: Sources) -> Record:
    behind = [records.of(point) for point in table.behind]
    return {
        "id": table.id,
        "title": table.title,
        "about": table.about,
        "head": table.head,
        "rows": table.rows,
        "sentences": table.sentences,
        "commands": [] if behind else _commands(lambda module, *_: module in table.experiments),
        "files": export.data(folder, f"table-{table.id}", behind) if behind else [],
        "behind": [
            {**{name: record.get(name) for name in ("tool", "metric", "value", "unit", "samples")},
             **{name: record.get(name) for name in ("low", "high", "benchmark", "release")},
             **sources.of(record)}
            for record in behind
        ],
    }  # fmt: skip


def _figure(
    figure: Figure,
    measured: Measurements,
    by_edition: Mapping[str, Sequence[Measurement]],
    folder: Path,
    sources: Sources,
) -> Record:
    found = rows.make(figure, by_edition)
    choices = rows.options(figure, found)
    choice = rows.default(figure, found, choices)
    specs = [chart.describe(figure, panel, found) for panel in figure.panels]
    made: list[str] = []
    if found:
        name = f"figure-{figure.id}"
        under = conditions.of(figure, found, choice)
        drawing = chart.whole(figure, specs, rows.select(found, choice), under)
        made = [*export.drawing(folder, name, drawing), *export.data(folder, name, found)]
    return {
        "id": figure.id,
        "study": figure.study,
        "title": figure.title,
        "about": figure.about,
        "constant": conditions.constant(figure, found),
        "panels": [
            {
                "title": panel.title,
                "where": dict(panel.where),
                "column": panel.column,
                "spec": spec,
            }
            for panel, spec in zip(figure.panels, specs, strict=True)
        ],
        "series": chart.series(figure, found),
        "choices": choices,
        "choice": choice,
        "not_drawn": rows.too_large(figure, measured),
        "commands": [] if found else _commands(figure.wants),
        "files": made,
        "rows": [
            {name: _short(row[name]) for name in _SHOWN if row.get(name) is not None}
            for row in ({**row, **sources.of(row)} for row in found)
        ],
    }


def _short(value: Any) -> Any:
    """A number as far as it means anything: the downloads have all digits."""
    if isinstance(value, list):
        return [_short(one) for one in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


def _commands(fits: Callable[[str, str, str, Mapping[str, Any]], bool]) -> list[str]:
    """The parts of the profiles that measure what fits (experiment, tool, metric, parameters)."""
    found = []
    for each in profile.load().values():
        names = [
            part.name
            for part in each.parts
            if any(
                fits(module, tool, metric, dict(point.parameters))
                for point in part.points
                for module, tool, metric in [point.benchmark.lower().split(".")]
            )
        ]
        if names:
            parts = "".join(f" --part {name}" for name in names) if len(names) < 5 else ""
            found.append(f".venv/bin/python -m tools study run --profile {each.name}{parts}")
    return found


def _rule(rule: guidelines.Rule) -> Record:
    return {
        "id": rule.id,
        "question": rule.question,
        "sentences": rule.sentences,
        "figures": rule.figures,
        "decided": rule.decided,
        "conditions": [
            {
                "words": guidelines.condition_words(choice.condition),
                "ranking": [[option, words.seconds(p.value)] for option, p in choice.ranking],
                "good": choice.good if choice.decided else [],
                "ahead": words.interval(choice.ahead),
            }
            for choice in rule.choices
        ],
    }


def _finding(finding: evidence.Finding, by_edition: Mapping[str, Sequence[Measurement]]) -> Record:
    verdicts = {name: evidence.judge(finding, points) for name, points in by_edition.items()}
    return {
        "id": finding.id,
        "text": finding.text,
        "source": finding.source,
        "figures": finding.figures,
        "verdicts": {
            name: {
                "words": verdict.words,
                "evidence": [[one.words, one.agrees] for one in verdict.evidence],
            }
            for name, verdict in verdicts.items()
        },
    }


def _editions(by_edition: Mapping[str, Sequence[Measurement]]) -> list[Record]:
    """Which release of each tool stands for an edition, and on which stack."""
    found = {
        (name, point.tool): {
            "edition": TITLES[name],
            "tool": words.TOOLS[point.tool],
            "release": point.release,
            "stack": point.stack if point.tool != "plink" else "",
            "points": sum(p.tool == point.tool and p.experiment in AXES for p in points),
        }
        for name, points in by_edition.items()
        for point in points
    }
    return list(found.values())
