"""`python -m tools datasets`: list, prepare, verify and locate data sets."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks._harness import registry
from datasets import catalogue, edge_cases, formats, prepare, verify
from datasets.progress import OnConsole
from tools.common import paths
from tools.common.errors import DamagedError, UsageError

_REGISTRY = "benchmarks/_harness/registry.py"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="show all data sets, and their prepared formats")
    make = actions.add_parser("prepare", help="make data sets, or their missing formats")
    make.add_argument("names", nargs="+", metavar="NAME")
    make.add_argument(
        "--formats",
        metavar="F,F",
        help="any of zarr, bed, mt; default: all that this machine can write (bed is always made)",
    )
    make.add_argument(
        "--chunks",
        action="append",
        default=[],
        metavar="VxS",
        help="add a Zarr store with chunks of V variants x S samples",
    )
    make.add_argument(
        "--partitions",
        action="append",
        default=[],
        metavar="N",
        help="add a MatrixTable with N partitions",
    )
    check = actions.add_parser("verify", help="read every format again and compare its content")
    check.add_argument("names", nargs="*", metavar="NAME", help="default: all that are prepared")
    path = actions.add_parser("path", help="print the folder of a prepared data set")
    path.add_argument("name", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """Run one action."""
    return {"list": _list, "prepare": _prepare, "verify": _verify, "path": _path}[args.action](
        args
    )


def _list(args: argparse.Namespace) -> int:
    """A table of all data sets, and a line for each that only one of both lists has."""
    table = Table(box=None, pad_edge=False)
    for heading in ("NAME", "MB", "CONTENT", "PREPARED", "WHAT IT IS"):
        # long cells wrap, so that the others are never cut
        table.add_column(heading, no_wrap=heading not in ("PREPARED", "WHAT IT IS"))
    names = dict.fromkeys([*catalogue.load(), edge_cases.NAME, *_prepared()])
    for name in names:
        folder = _folder(name)
        summary = _summary(name)
        if not (folder / "dataset.json").exists():
            table.add_row(name, "", "", "-", summary)
            continue
        description = prepare.read(folder)
        there = ", ".join(_formats(folder))
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        table.add_row(name, f"{size / 1e6:.1f}", description["sha256"][:12], there, summary)
    Console(highlight=False).print(table)
    for sentence in (*unmeasured(names), *unknown()):
        print(sentence)
    return 0


def _summary(name: str) -> str:
    if name == edge_cases.NAME:
        return edge_cases.SUMMARY
    try:
        return catalogue.find(name).summary
    except UsageError:
        return "not in the catalogue any more"


def unmeasured(names: Iterable[str]) -> Iterator[str]:
    """A sentence for each data set that no benchmark measures; edge-cases are for tests."""
    for name in names:
        if name not in registry.measured_data() and name != edge_cases.NAME:
            yield f"{name}: no benchmark measures it: DATA in {_REGISTRY} does not list it"


def unknown() -> Iterator[str]:
    """A sentence for each data set that benchmarks measure and that cannot be prepared."""
    for name in sorted(registry.measured_data() - catalogue.load().keys()):
        yield f"{name}: DATA in {_REGISTRY} lists it, but datasets/catalogue.toml does not"


def _prepare(args: argparse.Namespace) -> int:
    for name in args.names:  # an unknown name fails before hours of work for the others
        _checked(name)
    asked = tuple(args.formats.split(",")) if args.formats else ()
    if unknown := set(asked) - set(formats.FORMATS):
        raise UsageError(
            f"unknown format: {', '.join(sorted(unknown))}",
            hint=f"there are: {', '.join(formats.FORMATS)}",
        )
    shaped = [*map(formats.in_chunks, args.chunks), *map(formats.in_partitions, args.partitions)]
    if shaped and edge_cases.NAME in args.names:
        raise UsageError(f"{edge_cases.NAME} has one shape only")
    reporter = OnConsole()
    for name in args.names:
        if name == edge_cases.NAME:
            folder = edge_cases.prepare(asked or formats.FORMATS, asked, reporter)
        else:
            spec = catalogue.find(name)
            usual = asked or (() if shaped else formats.FORMATS)
            folder = prepare.prepare(spec, (*usual, *shaped), (*asked, *shaped), reporter)
        description = prepare.read(folder)
        print(
            f"{name}: {description['n_samples']:,} samples x "
            f"{description['n_variants']:,} variants in {', '.join(_formats(folder))}, "
            f"content {description['sha256'][:12]}\n  {folder}"
        )
    for sentence in unmeasured(args.names):
        print(sentence)
    return 0


def _verify(args: argparse.Namespace) -> int:
    names = [_checked(name) for name in args.names] or _prepared()
    if not names:
        raise UsageError("nothing is prepared", hint="python -m tools datasets prepare NAME")
    reporter = OnConsole()
    damaged = []
    for name in names:
        folder = _require(name)
        with prepare.locked(name):
            for finding in verify.verify(folder, reporter):
                print(f"{name:<22} {finding.part:<15} {finding.state:<10} {finding.detail}")
                if finding.state == "damaged":
                    damaged.append(f"{name}: {finding.part}")
    if damaged:
        raise DamagedError(
            f"damaged: {'; '.join(damaged)}",
            hint="remove its folder (`datasets path NAME` says where) and prepare it again",
        )
    return 0


def _path(args: argparse.Namespace) -> int:
    print(_require(_checked(args.name)))
    return 0


def _checked(name: str) -> str:
    """The name; UsageError with the list of names when there is no such data set."""
    return name if name == edge_cases.NAME else catalogue.find(name).name


def _formats(folder: Path) -> list[str]:
    described = prepare.read(folder).get("formats", {})
    names = dict.fromkeys([*formats.FORMATS, *sorted(described)])
    return [format for format in names if formats.is_there(folder, format)]


def _folder(name: str) -> Path:
    return paths.datasets_dir() / name


def _require(name: str) -> Path:
    folder = _folder(name)
    if not (folder / "dataset.json").exists():
        raise UsageError(
            f"data set {name} is not prepared",
            hint=f"prepare it first: python -m tools datasets prepare {name}",
        )
    return folder


def _prepared() -> list[str]:
    root = paths.datasets_dir()
    names = (path.parent.name for path in root.glob("*/dataset.json"))
    return sorted(name for name in names if not name.startswith("."))
