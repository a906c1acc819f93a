"""The cost ledger of a run: one JSON line a phase, written by tracker and harness alike."""

import datetime
import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tools.common import files, paths, untrusted
from tools.results.series_key import SeriesKey

_SIZE = 1 << 20  # bytes that one benchmark may write
_LENGTH = 500  # characters of a name

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
    _append([line])


def collect(path: Path) -> None:
    """Move the phases that a benchmark wrote to `path` into this run's ledger.

    It is strangers' code: what is no phase is left out.
    """
    try:
        text = untrusted.read_bytes(path, _SIZE).decode(errors="replace")
    except FileNotFoundError:
        return
    except OSError:
        text = ""
    untrusted.remove(path)
    lines = [line for line in files.json_lines(text) if _is_phase(line)]
    _append(lines)


def _is_phase(line: dict[str, Any]) -> bool:
    texts = [line.get(name) for name in ("benchmark", "tool", "phase", "at")]
    seconds = line.get("seconds")
    return (
        line.keys() == {"benchmark", "tool", "phase", "at", "seconds"}
        and all(isinstance(text, str) and len(text) < _LENGTH for text in texts)
        and isinstance(seconds, (int, float))
        and math.isfinite(seconds)
    )


def _append(lines: Iterable[Mapping[str, Any]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    if text:
        with path().open("a", encoding="utf-8") as stream:
            stream.write(text)
