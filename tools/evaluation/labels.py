"""How a detector agrees with people who marked the changes of measured series."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.common.errors import DamagedError, UsageError

MARGIN = 5  # points by which a mark, or a detection, may be off


@dataclass(frozen=True)
class Labelled:
    """A series and, for each of its annotators, the first points after the changes they saw."""

    values: list[float]
    marks: list[list[int]]

    def consensus(self) -> list[int]:
        """The changes that at least two annotators, and at least half of them, marked."""
        marks = sorted((at, who) for who, places in enumerate(self.marks) for at in places)
        groups: list[list[tuple[int, int]]] = []
        for mark in marks:
            if groups and mark[0] - groups[-1][-1][0] <= MARGIN:
                groups[-1].append(mark)
            else:
                groups.append([mark])
        needed = max(2, len(self.marks) / 2)
        return [
            int(statistics.median(at for at, _ in group))
            for group in groups
            if len({who for _, who in group}) >= needed
        ]


@dataclass(frozen=True)
class Score:
    """Agreement with the annotators over many series."""

    recall: float  # share of the consensus changes that were found
    false_alarms: float  # per 1,000 points: detections that no annotator marked
    unmarked_alerted: float  # share of the series without any mark that have a detection
    detections: int


def read(directory: Path) -> dict[str, Labelled]:
    """All labelled series of a directory's JSON files.

    Each file holds {name: {"values": [...], "annotations": {annotator: [index, ...]}}}. Raises
    UsageError where there is no such file and DamagedError for one of another form.
    """
    files = sorted(directory.glob("*.json"))
    if not files:
        raise UsageError(f"no JSON file with labelled series in {directory}")
    found = {}
    for path in files:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            for name, series in content.items():
                marks = [list(places) for places in series["annotations"].values()]
                found[name] = Labelled([float(value) for value in series["values"]], marks)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DamagedError(f"{path}: not labelled series ({error!r})") from None
    return found


def score(labelled: Mapping[str, Labelled], detections: Mapping[str, Sequence[int]]) -> Score:
    """What counts of `detections` (first points after changes) of the `labelled` series.

    A consensus change is found by one detection within MARGIN, and each detection finds one.
    """
    changes = hits = false = points = unmarked = alerted = total = 0
    for name, series in labelled.items():
        found = sorted(set(detections[name]))
        marks = [at for places in series.marks for at in places]
        consensus = series.consensus()
        changes += len(consensus)
        hits += _hits(consensus, found)
        false += sum(all(abs(at - mark) > MARGIN for mark in marks) for at in found)
        points += len(series.values)
        unmarked += not marks
        alerted += bool(found) and not marks
        total += len(found)
    return Score(
        hits / max(1, changes), 1000 * false / max(1, points), alerted / max(1, unmarked), total
    )


def _hits(changes: Iterable[int], found: Iterable[int]) -> int:
    free = list(found)
    hits = 0
    for change in changes:
        near = min(free, key=lambda at: abs(at - change), default=None)
        if near is not None and abs(near - change) <= MARGIN:
            hits += 1
            free.remove(near)
    return hits
