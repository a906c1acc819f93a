"""`python -m tools study report`: the Study page by itself, and in words what it shows."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.common import asv_config, paths
from tools.common.errors import UsageError, from_os_error
from tools.site import commit_pages, pages
from tools.study.page import page
from tools.study.page.page import Record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--out and --machine."""
    parser.add_argument(
        "--out", type=Path, default=Path("html"), metavar="DIR",
        help="the folder for study.html and what belongs to it (default: html, the site)",
    )  # fmt: skip
    parser.add_argument(
        "--machine", help="whose results (default: the machine that has measured most of it)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the page; UsageError for a machine without results, or a folder that cannot be."""
    conf = asv_config.load()
    results = paths.ROOT / conf.results_dir
    if args.machine and not (results / args.machine).is_dir():
        there = sorted(path.parent.name for path in results.glob("*/machine.json"))
        raise UsageError(
            f"there are no results of a machine {args.machine!r}",
            hint=f"there are those of {', '.join(there) or 'none'}",
        )
    try:
        (args.out / page.FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise from_os_error(error) or UsageError(
            f"{args.out} cannot be a folder for the page: {str(error.strerror).lower()}",
            hint="name another with --out",
        ) from None
    shown = page.write(results, paths.ROOT / conf.benchmark_dir, args.out, args.machine)
    pages.write_page(pages.PAGES["study"], args.out)
    commit_pages.copy_locks(results, args.out)
    print("\n".join(summary(shown)))
    print(f"written: {args.out / 'study.html'}")
    return 0


def summary(shown: Record) -> list[str]:
    """What the page shows, in lines: the releases, the guidelines, the findings."""
    if not shown["editions"]:
        return ["nothing of the study has been measured: run `python -m tools study run`"]
    lines = [
        f"{one['edition']}: {one['tool']} {one['release']}, {one['points']} points"
        for one in shown["editions"]
    ]
    for rule in shown["rules"]:
        lines += ["", rule["question"], *(f"  {sentence}" for sentence in rule["sentences"])]
    lines += ["", "What the study found:"]
    for finding in shown["findings"]:
        verdicts = [f"{name}: {one['words']}" for name, one in finding["verdicts"].items()]
        lines.append(f"  {finding['text']} -- {'; '.join(verdicts)}")
    if shown["busy"]["points"]:
        lines += ["", f"Measured while the machine was busy ({len(shown['busy']['points'])}):"]
        lines += [f"  {line}" for line in shown["busy"]["summary"]]
    drawn = [figure["id"] for figure in shown["figures"] if figure["rows"]]
    return [*lines, "", f"{len(drawn)} of {len(shown['figures'])} figures have results"]
