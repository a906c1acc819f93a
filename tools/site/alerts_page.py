"""The data of the Alerts page: alerts.json with all events, and one file for each event."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from asv.console import log

from tools.alerts import evidence, explain, states
from tools.alerts.events import Event, SeriesChange
from tools.alerts.evidence import Proof
from tools.alerts.grouping import scope_of
from tools.alerts.store import Store
from tools.common import files, links
from tools.common.errors import DamagedError
from tools.detection.repeats import false_alarms, minimal_detectable
from tools.notify import commit_description, feed, message, notifications
from tools.results.metrics import Metric
from tools.results.series import Series
from tools.results.series_key import SeriesKey
from tools.site.overview import change_of
from tools.upstreams.mirror import Mirror

_DRAWN = 6  # series of an event that are drawn, the largest change first
_POINTS = 120  # of each, around the change


@dataclass(frozen=True)
class Site:
    """What the event pages take from the rest of the site."""

    series: Sequence[Series]
    hashes: Mapping[int, str]  # the commit of each revision
    mirror: Mirror
    links: Mapping[str, Mapping[str, str]]  # address templates of each tool
    declared: Mapping[str, Metric]
    named: set[str]  # graph parameters that a link must name
    releases: Mapping[str, str]


def write(html: Path, database: Path, site: Site) -> list[Event]:
    """Write the data; returns the events.

    There are none before the first night, or with a damaged database.
    """
    all_events: list[Event] = []
    pages: list[dict[str, Any]] = []
    noise: list[dict[str, Any]] = []
    entries: list[tuple[Event, message.Message]] = []
    if database.exists():
        try:
            with closing(Store(database)) as store:
                all_events = store.all()
                pages = [_page(event, store, site) for event in all_events]
                noise = [_noise(*measured_on, store) for measured_on in store.repeated()]
                entries = notifications.messages(store, site.links, site.mirror, links.site_url())
        except DamagedError as error:
            log.warning(f"the Alerts page has no events: {error}")
            all_events, pages, noise, entries = [], [], [], []
    feed.write(html / "alerts.xml", links.site_url(), entries)
    for page in pages:
        files.write_json(html / "alerts" / f"{page['id']}.json", page)
    rows = [_row(event) for event in all_events]
    content = {"events": rows, "noise": noise, "releases": site.releases}
    files.write_text(html / "alerts.json", json.dumps(content, separators=(",", ":")))
    return all_events


def _row(event: Event) -> dict[str, Any]:
    """An event as the overview shows it."""
    old, new = event.ends
    shown = ("id", "tool", "stack", "machine", "kind", "state", "until", "created", "better")
    return {
        **{key: getattr(event, key) for key in shown},
        **change_of(event, event.headline),
        "fixed": event.state == states.RESOLVED or bool(event.evidence.fixes),
        "title": message.subject(event),
        "ends": [old, new],
        "first": event.new,  # the first measured commit with the change
        "exact": event.commit is not None,
        "lines": len(event.series),
    }


def _page(event: Event, store: Store, site: Site) -> dict[str, Any]:
    """An event as its page shows it."""
    worst = event.main.key
    lines = sorted(event.series, key=lambda line: (line.key != worst, -line.size))
    answers = store.answers(event.id)
    shown = (event.old, event.new, *event.ends, *answers)
    return {
        **_row(event),
        "facts": evidence.as_json(event.evidence),
        "commit": commit_description.commit(event, site.mirror, site.links.get(event.tool, {})),
        "series": [_line(event, line, site, drawn=at < _DRAWN) for at, line in enumerate(lines)],
        "proofs": _proofs(event, store),
        "answers": answers,
        "beside": [
            {"name": name, "old": other.old, "new": other.new, "sure": other.key in event.changed,
             "unit": site.declared[name].unit if name in site.declared else ""}
            for other in event.evidence.beside
            for name in [other.key.metric]
        ],
        "profile": [*map(asdict, explain.main_functions(event))],
        "history": store.history(event.id),
        "command": message.command(event),
        "decisions": message.decisions(event),
        "names": {state: site.releases[state] for state in shown if state in site.releases},
    }  # fmt: skip


def _proofs(event: Event, store: Store) -> list[dict[str, Any]]:
    """The comparisons of an event, each with its two commits and its pairs.

    First the two ends of the event. Then, from bisection, the nearest commits before and after
    the change, each with the first end. Last a timing of the nearest commits.
    """
    units = {line.key: line.unit for line in event.series}

    def pairs(name: str, key: SeriesKey, old: str, new: str, proof: Proof | None = None) -> Any:
        values = store.pairs(event.id, key, old, new)
        return {
            **(asdict(proof) if proof else {}),
            "name": name, "key": str(key), "old": old, "new": new, "unit": units.get(key, ""),
            "values": values[-proof.pairs :] if proof else values,
        }  # fmt: skip

    before, after = event.ends
    comparisons = []
    confirmation, timing = event.evidence.confirmation, event.evidence.timing
    if confirmation:
        key = confirmation.key
        comparisons.append(pairs("confirmation", key, event.old, event.new, confirmation))
        if before != event.old:
            comparisons.append(pairs("before", key, event.old, before))
        if after != event.new:
            comparisons.append(pairs("after", key, event.old, after))
    if timing:
        comparisons.append(pairs("timing", timing.key, before, after, timing))
    return comparisons


def _line(event: Event, line: SeriesChange, site: Site, *, drawn: bool) -> dict[str, Any]:
    """One series of an event, with its points around the change."""
    benchmark = line.key.benchmark
    shown = {
        **asdict(line), "key": str(line.key), "benchmark": benchmark, "parameters": line.key.plain,
        "ratio": line.ratio, "graph": links.graph(benchmark, {}, {}, set()),
    }  # fmt: skip
    for series in site.series:
        if series.key != line.key or scope_of(series) != event.scope:
            continue
        graph = links.graph(series.benchmark, series.environment, series.parameters, site.named)
        shown["graph"] = links.at(graph, *(end[:8] for end in event.ends))
        if drawn:
            shown["points"] = _points(event, series, site.hashes)
    return shown


def _points(event: Event, series: Series, hashes: Mapping[int, str]) -> list[list[Any]]:
    """[commit, value, lowest, highest] of the points around an event's change."""
    commits = [hashes[point.revision] for point in series.points]
    step = commits.index(event.new) if event.new in commits else len(commits)
    start = max(0, min(step - _POINTS // 2, len(commits) - _POINTS))
    return [
        [commit, point.value, *(point.interval or (None, None))]
        for commit, point in list(zip(commits, series.points, strict=True))[start:][:_POINTS]
    ]


def _noise(stack: str, machine: str, store: Store) -> dict[str, Any]:
    """False alarms on repeats of one commit, and each series' smallest detectable change."""
    repeats = {str(key): pairs for key, pairs in store.repeats(stack, machine).items()}
    return {
        "stack": stack,
        "machine": machine,
        **asdict(false_alarms(repeats)),
        "pairs": sum(map(len, repeats.values())),
        "detectable": {
            key: ratio
            for key, pairs in repeats.items()
            if (ratio := minimal_detectable(pairs)) is not None
        },
    }
