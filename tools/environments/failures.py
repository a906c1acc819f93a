"""Record builds that failed, with reason and log. A night does not try them again."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.common import files, paths


@dataclass(frozen=True)
class Failure:
    """One build that failed."""

    tool: str
    commit: str
    stack: str
    reason: str
    log: str  # path of the file with the whole output


def record(tool: str, commit: str, stack: str, reason: str, output: str) -> Failure:
    """Store a failure and the output of its build."""
    path = _path(tool, commit, stack)
    log = path.with_suffix(".log")
    files.write_text(log, output)
    failure = Failure(tool, commit, stack, reason, str(log))
    files.write_json(path, asdict(failure))
    return failure


def find(tool: str, commit: str, stack: str) -> Failure | None:
    """The recorded failure of a build; None when there is none, or it cannot be read."""
    return _read(_path(tool, commit, stack))


def recorded() -> list[Failure]:
    """All recorded failures."""
    json_files = sorted(paths.cache("failures").glob("*/*.json"))
    return [failure for path in json_files if (failure := _read(path))]


def remove(commit: str = "") -> int:
    """Remove the failures of commits that start with `commit`, and return their number.

    The next run tries these builds again.
    """
    json_files = list(paths.cache("failures").glob(f"*/{commit}*.json"))
    for path in json_files:
        path.with_suffix(".log").unlink(missing_ok=True)
        path.unlink()
    return len(json_files)


def _path(tool: str, commit: str, stack: str) -> Path:
    return paths.cache("failures", tool, f"{commit}-{stack}.json")


def _read(path: Path) -> Failure | None:
    try:
        return Failure(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
