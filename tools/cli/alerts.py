"""`python -m tools alerts`: find changes, say how well that works, and decide about events."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from tools.cli import compare, decisions
from tools.common.errors import DamagedError, DeniedError, MissingError, TrackerError, UsageError
from tools.common.process import ProgramError
from tools.detection.change_points import change_points

_ABSURD = 1e6  # times the largest value: an error as large would hide any change


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands and their options."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    detect = commands.add_parser(
        "detect", help="print the first point after each change of each series of a file"
    )
    detect.add_argument("file", type=Path, help='JSON: {name: {"values": [number or null, ...]}}')
    evaluate = commands.add_parser(
        "evaluate", help="compare with people's labels, simulated truth and other detectors"
    )
    evaluate.add_argument("--labels", type=Path, metavar="DIR", help="folder of labelled series")
    evaluate.add_argument("--json", action="store_true")
    decisions.add_actions(commands)
    compare.add_action(commands)


def run(args: argparse.Namespace) -> int:
    """Carry out one action."""
    if args.action in decisions.ACTIONS:
        return decisions.run(args)
    if args.action == "compare":
        return compare.run(args)
    if args.action == "detect":
        series = read(args.file).items()
        changes = {name: [at.index for at in change_points(**one)] for name, one in series}
        print(json.dumps(changes, indent=1))
        return 0
    return _evaluate(args.labels, as_json=args.json)


def read(path: Path) -> dict[str, dict[str, Any]]:
    """The arguments of change_points for each series of a file.

    Besides `values` a series may have `errors` and `repeat_sd`; null is missing, other keys are
    ignored. Raises UsageError for a file that is not there, DeniedError for one that may not be
    read, DamagedError for one of another form.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, IsADirectoryError):
        raise UsageError(f"no such file: {path}") from None
    except PermissionError:
        raise DeniedError(
            f"{path} may not be read", hint="make it readable for this user"
        ) from None
    except OSError as error:  # such as a name that is too long
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise DamagedError(f"{path}: not JSON ({error})") from None
    except RecursionError:
        raise DamagedError(f"{path}: lists or objects in each other, too deep to read") from None
    if not isinstance(content, dict):
        raise DamagedError(f'{path}: not an object {{name: {{"values": [...]}}}}')
    return {name: _series(f"{path}: {name}", series) for name, series in content.items()}


def _series(place: str, series: Any) -> dict[str, Any]:
    if not isinstance(series, dict) or "values" not in series:
        raise DamagedError(f'{place}: no "values"')
    found: dict[str, Any] = {"values": _numbers(place, "values", series["values"])}
    if series.get("errors") is not None:
        found["errors"] = _numbers(place, "errors", series["errors"])
        if len(found["errors"]) != len(found["values"]):
            raise DamagedError(f"{place}: not as many errors as values")
        for at, error in enumerate(found["errors"]):
            _check_noise(f"{place}: errors[{at}]", error, found["values"])
    if series.get("repeat_sd") is not None:
        (found["repeat_sd"],) = _numbers(place, "repeat_sd", [series["repeat_sd"]])
        if math.isnan(found["repeat_sd"]):
            raise DamagedError(f"{place}: repeat_sd is not a number")
        _check_noise(f"{place}: repeat_sd", found["repeat_sd"], found["values"])
    return found


def _check_noise(place: str, noise: float, values: list[float]) -> None:
    """Raise DamagedError for what is no standard error of any measurement; NaN is missing."""
    if noise < 0:
        raise DamagedError(f"{place} is negative: {noise}")
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if noise == math.inf or 0 < largest < noise / _ABSURD:
        raise DamagedError(f"{place} is no standard error of these values: {noise}")


def _numbers(place: str, key: str, values: Any) -> list[float]:
    if not isinstance(values, list):
        raise DamagedError(f"{place}: {key} is not a list")
    for at, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            raise DamagedError(f"{place}: {key}[{at}] is not a number: {value!r}")
    try:
        return [math.nan if value is None else float(value) for value in values]
    except OverflowError:
        raise DamagedError(f"{place}: {key} has a number that is too large") from None


def _evaluate(directory: Path | None, *, as_json: bool) -> int:
    # slow to import, and not needed to detect
    from tools.evaluation import evaluate, labels
    from tools.evaluation.tables import tables

    labelled = labels.read(directory) if directory else {}
    parts: dict[str, Callable[[evaluate.Detector], Any]] = {
        "labels": lambda detect: evaluate.on_labels(labelled, detect),
        "without_change": evaluate.without_change,
        "in_long_series": lambda detect: evaluate.without_change(detect, evaluate.LONG),
        "by_night": evaluate.by_night,
        "with_step": evaluate.with_step,
    }
    notes = []
    if not labelled:
        del parts["labels"]
        notes.append("labels: left out; give a folder of them with --labels")
    report: dict[str, dict[str, Any]] = {part: {} for part in parts}
    for name, detect in evaluate.DETECTORS.items():
        try:
            for part, evaluation in parts.items():
                print(f"{name}: {part} ...", file=sys.stderr, flush=True)
                report[part][name] = evaluation(detect)
        except (MissingError, ProgramError) as error:
            notes.append(f"{name}: left out, {_why(error)}")
    if as_json:
        print(json.dumps({**report, "notes": notes}, indent=1))
        return 0
    console = Console()
    for table in tables(report):
        console.print(table)
    for note in notes:
        console.print(note, markup=False)
    return 0


def _why(error: TrackerError) -> str:
    return f"as its environment could not be made; it needs a package index once ({error})"
