"""Agreement of a detector with people who marked the changes in measured series."""

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.common.errors import DamagedError, UsageError

MARGIN = 5  # points by which a mark, or a detection, may be off


@dataclass(frozen=True)
class Labelled:
    """A series, and the first points after the changes that each annotator marked."""

    values: list[float]
    marks: list[list[int]]

    def consensus(self) -> list[int]:
        """The changes that at least two annotators, and at least half of them, marked."""
        marks = sorted((at, who) for who, own in enumerate(self.marks) for at in own)
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

    recall: float  # share of the consensus changes that were detected
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
    labelled = {}
    for path in files:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            for name, series in content.items():
                marks = [list(own) for own in series["annotations"].values()]
                labelled[name] = Labelled([float(value) for value in series["values"]], marks)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DamagedError(f"{path}: not labelled series ({error!r})") from None
    return labelled


def score(labelled: Mapping[str, Labelled], detections: Mapping[str, Sequence[int]]) -> Score:
    """The score of `detections` (first points after changes) in the `labelled` series.

    A consensus change is detected by one detection within MARGIN, and each detection counts for
    one change.
    """
    changes = hits = false = points = unmarked = alerted = total = 0
    for name, series in labelled.items():
        detected = sorted(set(detections[name]))
        marks = [at for own in series.marks for at in own]
        consensus = series.consensus()
        changes += len(consensus)
        hits += _hits(consensus, detected)
        false += sum(all(abs(at - mark) > MARGIN for mark in marks) for at in detected)
        points += len(series.values)
        unmarked += not marks
        alerted += bool(detected) and not marks
        total += len(detected)
    return Score(
        hits / max(1, changes), 1000 * false / max(1, points), alerted / max(1, unmarked), total
    )


def _hits(changes: Iterable[int], detected: Iterable[int]) -> int:
    free = list(detected)
    hits = 0
    for change in changes:
        near = min(free, key=lambda at: abs(at - change), default=None)
        if near is not None and abs(near - change) <= MARGIN:
            hits += 1
            free.remove(near)
    return hits
