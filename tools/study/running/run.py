"""`python -m tools study run`: measure what is missing of a profile, part by part.

Each value is saved as it is measured, so a run that ends in any way goes on where it was. What
does not apply to this machine (more cores than it has, a program that is not installed) is shown
as n/a with the reason, costs nothing, and is asked again the next time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from collections import Counter
from pathlib import Path

from rich.console import Console

from datasets import catalogue, prepare
from datasets.progress import OnConsole
from tools.common import asv_config, paths
from tools.common.errors import UnreachableError
from tools.environments import programs
from tools.environments.machine import ensure_described
from tools.environments.plan import plan
from tools.execution import asv_run
from tools.execution.pace import Pace, clock
from tools.results import asv_storage
from tools.study.profiles.points import Combination
from tools.study.profiles.profile import find
from tools.study.running import checks, progress
from tools.study.running.steps import Step, StoredCombinations, hindrance, without
from tools.upstreams import config, releases
from tools.upstreams.mirror import Mirror

_say = Console(highlight=False, soft_wrap=True).print
_BEAT = 1.0  # seconds between two looks at how far a part is


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Profile, parts, and what to leave out."""
    parser.add_argument("--profile", default="small", help="small (an hour on 2 cores) or full")
    parser.add_argument(
        "--part",
        action="append",
        default=[],
        metavar="NAME",
        help="this part only; may be given again",
    )
    parser.add_argument(
        "--without", action="append", default=[], metavar="DATA", help="leave a data set out"
    )
    parser.add_argument("--list", action="store_true", help="show the parts and stop")


def run(args: argparse.Namespace) -> int:
    """Check, prepare, measure; 1 when some point failed."""
    profile = find(args.profile).only(args.part)
    for name in args.without:
        catalogue.find(name)
    os.chdir(paths.ROOT)
    parts = [kept for part in profile.parts if (kept := without(part, args.without)).points]
    ensure_described()
    conf = asv_config.load()
    measured = StoredCombinations(conf, asv_storage.machine_name())
    _say("[bold]1. Upstreams[/bold]")
    upstreams = config.load(paths.ROOT / conf.repo)
    mirror = Mirror(paths.mirror_dir())
    try:
        mirror.update(upstreams.values(), say=lambda message: _say(f"   {message}"))
    except UnreachableError as error:
        if not mirror.exists():
            raise
        _say(f"   warning: {error}; using the mirrored commits")
    steps = [Step(part, releases.find(mirror, name)) for part in parts for name in part.commits]
    if args.list:
        _list(steps, measured)
        return 0
    points = [point for part in parts for point in part.points]
    checks.require_free()
    checks.require_clusters(points)
    data = checks.required_data(point for point in points if not hindrance(point))
    checks.require_memory(data)
    checks.require_disk(data)
    for sentence in programs.missing():
        _say(f"   {sentence}")
    for step in {(step.commit.hash, step.part.stack): step for step in steps}.values():
        plan(upstreams[step.commit.tool], step.commit, step.part.stack, mirror)
    _say(f"[bold]2. Data[/bold]: {', '.join(data)}")
    for name, needed in data.items():
        prepare.prepare(catalogue.find(name), needed, needed, OnConsole())
    _say(f"[bold]3. Measure[/bold]: {profile.summary}")
    failed = _measure_all(steps, measured)
    for step, there, log in failed:
        _say(f"[bold]{step.name}: {len(there)} points have no value[/bold] (log: {log})")
        for point in there:
            _say(f"   {point.shown()}")
    _say("Next: `python -m tools study report`, or `asv publish` for the site with its Study page")
    return 1 if failed else 0


def _list(steps: list[Step], measured: StoredCombinations) -> None:
    """The parts with what is left of them, and why points do not apply here."""
    left = 0.0
    for step in steps:
        missing = measured.missing(step)
        left += step.seconds(len(missing))
        _say(f"   {step.name:40} {step.part.stack:7} {step.part.summary}")
        there = f"{len(missing)} of {len(step.part.points)} points to measure"
        _say(f"      {there}, about {clock(step.seconds(len(missing)))}")
        hindrances = [str(found) for point in step.part.points if (found := hindrance(point))]
        for reason, number in Counter(hindrances).items():
            _say(f"      n/a here: {number} points: {reason}")
    _say(f"About {clock(left)} are left on 2 cores, beside making environments and data sets")


def _measure_all(
    steps: list[Step], measured: StoredCombinations
) -> list[tuple[Step, list[Combination], Path]]:
    """Measure the steps in turn; the points without a value, with the log that says why."""
    todo = [(step, missing) for step in steps if (missing := measured.missing(step))]
    _say(f"   {len(steps) - len(todo)} of {len(steps)} steps are measured already")
    failed = []
    pace = Pace()
    for number, (step, missing) in enumerate(todo, 1):
        left = sum(later.seconds(len(points)) for later, points in todo[number - 1 :])
        expected = step.seconds(len(missing))
        title = f"{number}/{len(todo)} {step.name}"
        _say(f"   {title:44} about {clock(pace.seconds(left))} left in all")
        started = time.perf_counter()
        log = paths.cache(
            "logs", f"study-{step.part.name}-{step.commit.tool}-{step.commit.version}.log"
        )
        status = _measure(step, missing, log)
        seconds = time.perf_counter() - started
        pace.learn(expected, seconds)
        without = measured.failed(step, missing)
        _say(f"      {len(missing) - len(without)} of {len(missing)} points in {clock(seconds)}")
        if without:
            failed.append((step, without, log))
            _say(f"      exit status {status}, the end of {log}:\n  {asv_run.log_tail(log)}")
    return failed


def _measure(step: Step, missing: list[Combination], log: Path) -> int:
    """One `asv run` of just these points; its output goes to the log. Returns its exit status."""
    options = [word for one in step.part.attributes for word in ("--attribute", one)]
    bench = [point.pattern() for point in missing]
    ledger = paths.cache("ledger", "study.jsonl")
    with (
        asv_run.running(
            f"{step.commit.hash}^!", step.part.stack, bench, log, *options, ledger=ledger
        ) as running,
        progress.showing(ledger, [str(point.key) for point in missing]) as show,
    ):
        while True:
            try:
                return running.wait(_BEAT)
            except subprocess.TimeoutExpired:
                show()
