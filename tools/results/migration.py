"""Records of an old checkout: asv's "module.Class.method-3" becomes a SeriesKey.

`-3` was the index of a parameter set in the lists of `results/benchmarks.json`. asv rewrites that
file when a list changes, so records are migrated before asv runs. A record whose benchmark or
index is not in the file keeps its old name. No series has such a name, so nothing matches it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from tools.common import files
from tools.results.series_key import Benchmark, SeriesKey

_TARGET = re.compile(r"[\w.]+-\d+")
_MARK = "version"  # of a folder of provenance; without it, lines are of version 0
_SHOWN = 3  # names in a warning


def benchmarks_of(results: Path) -> dict[str, Benchmark]:
    """asv's benchmarks of the last run; none where the file is missing or damaged."""
    try:
        content = json.loads((results / "benchmarks.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: entry for name, entry in content.items() if isinstance(entry, dict)}


def is_old(name: str) -> bool:
    """Whether a record's name is asv's of a parameter set."""
    return bool(_TARGET.fullmatch(name))


def key_of(target: str, benchmarks: Mapping[str, Benchmark]) -> SeriesKey | None:
    """The key of asv's name; None where its benchmark or parameter set is gone."""
    try:
        return SeriesKey.of_target(target, benchmarks)
    except (KeyError, IndexError, ValueError):
        return None


def warn(path: Path, names: Collection[str]) -> None:
    """Say which names could not be migrated."""
    if names:
        shown = ", ".join(sorted(names)[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
        print(
            f"warning: {path}: {len(names)} series are not in benchmarks.json any more. Their "
            f"records keep the old names, and match nothing: {shown}",
            file=sys.stderr,
        )


def migrate_provenance(results: Path) -> None:
    """Write a SeriesKey into all lines of provenance; does not read folders of this version."""
    old = [path for path in results.glob("*/provenance") if not (path / _MARK).exists()]
    benchmarks = benchmarks_of(results) if old else {}
    for folder in old if benchmarks else ():
        unknown: set[str] = set()
        for path in folder.glob("*.jsonl"):
            text = path.read_text(encoding="utf-8", errors="replace")
            lines = [_renamed(line, benchmarks, unknown) for line in text.split("\n")]
            if (content := "\n".join(lines)) != text:
                files.write_text(path, content, durable=True)
        files.write_text(folder / _MARK, "1\n")
        warn(folder, unknown)


def _renamed(text: str, benchmarks: Mapping[str, Benchmark], unknown: set[str]) -> str:
    """A line of provenance with the series' key; one that was cut short stays as it is."""
    for line in files.json_lines(text):
        name = str(line.get("benchmark", ""))
        if not is_old(name):
            continue
        key = key_of(name, benchmarks)
        data = (line.get("data") or {}).get("name")
        if key is None or data not in (None, key.plain.get("data")):  # lists changed before
            unknown.add(name)
        else:
            return json.dumps({**line, "benchmark": str(key)})
    return text
