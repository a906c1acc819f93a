"""`python -m tools alerts`: detect change points, evaluate the detector, decide about events."""

import argparse
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import AllowInfNan, BeforeValidator, ValidationInfo, field_validator
from rich.console import Console

from tools.cli import compare, decisions, restore
from tools.common import configuration
from tools.common.configuration import Expected, Items, Model
from tools.common.errors import DamagedError, DeniedError, MissingError, UsageError
from tools.common.process import ProgramError
from tools.detection.change_points import change_points

_ABSURD = 1e6  # times the largest value: an error as large would hide any change


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands and their options."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    detect = commands.add_parser("detect", help="print the change points of each series of a file")
    detect.add_argument("file", type=Path, help='JSON: {name: {"values": [number or null, ...]}}')
    detect.set_defaults(run=_detect)
    evaluate = commands.add_parser(
        "evaluate", help="score the detector, beside others, on people's labels and simulations"
    )
    evaluate.add_argument("--labels", type=Path, metavar="DIR", help="folder of labelled series")
    evaluate.add_argument("--json", action="store_true")
    evaluate.set_defaults(run=_evaluate)
    decisions.add_actions(commands)
    compare.add_action(commands)
    restore.add_action(commands)


def _value(value: Any) -> Any:
    return math.nan if value is None else value


Value = Annotated[float, BeforeValidator(_value)]  # null is missing


class SeriesInput(Model, extra="ignore"):
    """One series of the input of `detect`. Keys that are not known are ignored."""

    values: Items[Value]
    errors: Items[Value] | None = None
    repeat_sd: Annotated[float, AllowInfNan(False)] | None = None
    exact: bool = False

    def changes(self) -> list[int]:
        """The indices of the first points of new levels."""
        changes = change_points(
            self.values, errors=self.errors, repeat_sd=self.repeat_sd or 0.0, exact=self.exact
        )
        return [change.index for change in changes]

    @field_validator("errors", "repeat_sd")
    @classmethod
    def _is_noise(cls, noise: Any, info: ValidationInfo) -> Any:
        """Refuse what is not the standard error of any measurement."""
        values = info.data.get("values", ())
        if info.field_name == "errors" and noise is not None and len(noise) != len(values):
            raise Expected("as many errors as values")
        largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
        limit = largest * _ABSURD or sys.float_info.max
        for at, error in enumerate(noise if isinstance(noise, tuple) else [noise or 0.0]):
            if error < 0 or error > limit:
                raise Expected(f"standard errors from 0 to {limit:.3g}, not {error} at [{at}]")
        return noise


def read(path: Path) -> dict[str, SeriesInput]:
    """The series of a JSON file.

    Raises UsageError for a file that is not there, DeniedError for one that may not be read,
    DamagedError with the place of a mistake.
    """
    try:
        if not path.is_file():
            raise UsageError(f"no such file: {path}")
        return configuration.read(path, dict[str, SeriesInput], error=DamagedError)
    except PermissionError:
        raise DeniedError(
            f"{path} may not be read", hint="make it readable for this user"
        ) from None
    except OSError as error:  # such as a name that is too long
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _detect(args: argparse.Namespace) -> None:
    changes = {name: series.changes() for name, series in read(args.file).items()}
    print(json.dumps(changes, indent=1))


def _evaluate(args: argparse.Namespace) -> None:
    # slow to import, and not needed to detect
    from tools.evaluation import evaluate, labels
    from tools.evaluation.tables import tables

    labelled = labels.read(args.labels) if args.labels else {}
    parts: dict[str, Callable[[evaluate.Detector], Any]] = {
        "labels": lambda detect: evaluate.on_labels(labelled, detect),
        "without_change": evaluate.without_change,
        "in_long_series": lambda detect: evaluate.without_change(detect, evaluate.LONG),
        "by_night": evaluate.by_night,
        "in_first_nights": evaluate.in_first_nights,
        "with_step": evaluate.with_step,
        "with_early_step": lambda detect: evaluate.with_step(detect, before=evaluate.FEW_BEFORE),
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
            why = f"its environment cannot be built; it needs a package index once ({error})"
            notes.append(f"{name}: left out, {why}")
    report["counts"] = evaluate.on_counts()
    if args.json:
        print(json.dumps({**report, "notes": notes}, indent=1))
        return
    console = Console()
    for table in tables(report):
        console.print(table)
    for note in notes:
        console.print(note, markup=False)
