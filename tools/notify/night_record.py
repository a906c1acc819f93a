"""The record of each machine's nights: when the last good one was, and what failed since.

`nights.jsonl` in the folder of a machine's results has a line for each night, with its warnings.
`status.json` is what monitoring and readers of the site need of it: no text of a warning, as that
may name recipients.
"""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.common import files

STATUS = "status.json"
_NIGHTS = "nights.jsonl"
_KEPT = 400  # nights of a machine
_SHOWN = 10  # failed nights of a machine in status.json
_WARNINGS, _LENGTH = 50, 300  # of a night that are kept, and their characters
NOT_ENDED = "the night did not end"


@dataclass(frozen=True)
class Failure:
    """A part of a night that failed."""

    part: str  # for all readers
    text: str  # for the operator


class NightRecord:
    """Keeps the record of one night; a night that is killed has begun and not ended."""

    def __init__(self, results: Path, machine: str) -> None:
        """Note that a night begins."""
        self._path = results / machine / _NIGHTS
        self._began = _now()
        self._write({"began": self._began})

    def end(self, failures: Sequence[Failure]) -> None:
        """Note how the night ended; it is good without failures. A second call replaces it."""
        self._write(
            {
                "began": self._began,
                "ended": _now(),
                "failed": list(dict.fromkeys(failure.part for failure in failures)),
                "warnings": [failure.text[:_LENGTH] for failure in failures[:_WARNINGS]],
            }
        )

    def _write(self, night: dict[str, Any]) -> None:
        nights = [one for one in _nights(self._path) if one["began"] != self._began]
        good = [one for one in nights if _is_good(one)]
        kept = nights[1 - _KEPT :]
        if good and good[-1] not in kept:
            kept = [good[-1], *kept]
        lines = [json.dumps(one, sort_keys=True) + "\n" for one in (*kept, night)]
        files.write_text(self._path, "".join(lines), durable=True)


def status(results: Path) -> dict[str, Any]:
    """For each machine: its last good night, its last night, and the nights that failed since."""
    machines = {}
    for path in sorted(results.glob(f"*/{_NIGHTS}")):
        nights = _nights(path)
        if not nights:
            continue
        at = max((at for at, night in enumerate(nights) if _is_good(night)), default=-1)
        # the last one may still run
        failed = [night for night in nights[at + 1 :] if "ended" in night or night != nights[-1]]
        machines[path.parent.name] = {
            "last_good": nights[at]["ended"] if at >= 0 else None,
            "last_night": {key: nights[-1].get(key) for key in ("began", "ended")},
            "failed_nights": len(failed),
            "failed": [
                {"began": night["began"], "parts": night.get("failed", [NOT_ENDED])}
                for night in failed[-_SHOWN:]
            ],
        }
    return {"machines": machines}


def write_status(results: Path, folder: Path) -> None:
    """Write status.json into a folder."""
    files.write_json(folder / STATUS, status(results))


def _nights(path: Path) -> list[dict[str, Any]]:
    """The nights of a file, the oldest first; a damaged line is left out."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return [
        night
        for night in files.json_lines(text)
        if isinstance(night.get("began"), str)
        and isinstance(night.get("ended", ""), str)
        and isinstance(night.get("failed", []), list)
    ]


def _is_good(night: dict[str, Any]) -> bool:
    return "ended" in night and not night.get("failed")


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
