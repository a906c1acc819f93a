"""The cost ledger of a run: one JSON line a phase, written by tracker and harness alike."""

import datetime
import json
import os
from pathlib import Path

from tools.common import paths
from tools.results.series_key import SeriesKey

_current: Path | None = None


def start() -> Path:
    """Begin the ledger of a new run; runs that are started inside one share its ledger."""
    global _current
    given = os.environ.get("GWAS_COST_LEDGER")
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    own = paths.cache("ledger", f"{now}-{os.getpid()}.jsonl")
    _current = Path(given).absolute() if given else own
    _current.parent.mkdir(parents=True, exist_ok=True)
    add(None, "", "begin", 0.0)
    return _current


def path() -> Path:
    """The ledger of this run (begun when there is none yet)."""
    return _current or start()


def add(series: SeriesKey | None, tool: str, phase: str, seconds: float) -> None:
    """Append one phase to this run's ledger, `series` being the one that it was for."""
    line = {
        "benchmark": str(series or ""),
        "tool": tool,
        "phase": phase,
        "seconds": round(seconds, 6),
        "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds"),
    }
    with path().open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")
