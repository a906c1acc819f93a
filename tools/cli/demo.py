"""`make demo`: measure what is missing of the demo's releases, publish html/, say what changed."""

import argparse
import os
import time
from pathlib import Path

from asv.config import Config
from rich.console import Console

from datasets import catalogue, prepare
from datasets.progress import OnConsole
from tools.common import asv_config, paths
from tools.demo import words
from tools.demo.measured import all_changes, is_complete
from tools.demo.plan import DATA, STACK, Release, releases_to_measure
from tools.environments import programs
from tools.environments.machine import ensure_described
from tools.execution import asv_run
from tools.execution.pace import Pace, clock
from tools.results import asv_storage
from tools.upstreams import config
from tools.upstreams.mirror import Mirror

ENVIRONMENT = asv_run.environment(STACK)
_say = Console(highlight=False, soft_wrap=True).print


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--list shows the releases without measuring them."""
    parser.add_argument("--list", action="store_true", help="show the releases and stop")


def run(args: argparse.Namespace) -> int:
    """Measure, publish, explain; 1 when a release could not be measured."""
    os.chdir(paths.ROOT)
    ensure_described()
    conf = asv_config.load()
    machine = asv_storage.machine_name()
    mirror = Mirror(paths.mirror_dir())
    _say("[bold]1. Upstreams[/bold]")
    mirror.update(config.load(paths.ROOT / conf.repo).values(), say=_plain)
    plan = releases_to_measure(mirror)
    todo = [release for release in plan if not _done(conf, machine, release)]
    if args.list:
        for release in plan:
            state = "to measure" if release in todo else "measured"
            _say(f"   {release.name:18} {state}")
        return 0
    for sentence in programs.missing():
        _say(f"   {sentence}")
    _say(f"[bold]2. Data[/bold]: {', '.join(DATA)}")
    for name, needed in DATA.items() if todo else ():
        prepare.prepare(catalogue.find(name), needed, (), OnConsole())
    _say(f"[bold]3. Measure[/bold]: {len(todo)} of {len(plan)} releases are left")
    failed = _measure_all(conf, machine, todo)
    _say("[bold]4. Publish[/bold]")
    asv_run.publish()
    _explain(conf)
    if failed:
        _say(f"[bold]{len(failed)} releases could not be measured completely:[/bold]")
        for release, log in failed:
            _say(f"   {release.name}: see {log}")
    _say(
        "\nThe site is in html/. To look at it: "
        f"{Path(asv_run.asv()).relative_to(paths.ROOT)} preview   (or any file server)"
    )
    return 1 if failed else 0


def _done(conf: Config, machine: str, release: Release) -> bool:
    return is_complete(conf, machine, release.commit.hash, release.choice.bench, ENVIRONMENT)


def _measure_all(conf: Config, machine: str, todo: list[Release]) -> list[tuple[Release, Path]]:
    """Measure the releases in turn; those that failed, with their logs."""
    failed = []
    pace = Pace()
    for number, release in enumerate(todo, 1):
        left = pace.seconds(sum(later.choice.seconds for later in todo[number - 1 :]))
        _say(f"   {number}/{len(todo)} {release.name:18} about {clock(left)} left in all", end="")
        started = time.perf_counter()
        log = paths.cache("logs", f"demo-{release.name.replace('/', '-')}.log")
        status = _measure(release, log)
        seconds = time.perf_counter() - started
        pace.learn(release.choice.seconds, seconds)
        if status == 0 and _done(conf, machine, release):
            _say(f" .. {clock(seconds)}")
        else:
            failed.append((release, log))
            _say(f" .. failed after {clock(seconds)} (exit status {status}):")
            _say(f"  {asv_run.log_tail(log)}")
    return failed


def _measure(release: Release, log: Path) -> int:
    """One `asv run`; its output goes to the log. Returns its exit status."""
    bench, options = release.choice.bench, ["--skip-existing-successful"]
    for attribute in release.choice.attributes:
        options += ["--attribute", attribute]
    ledger = paths.cache("ledger", "demo.jsonl")
    commit = f"{release.commit.hash}^!"
    with asv_run.running(commit, STACK, bench, log, *options, ledger=ledger) as running:
        return running.wait()


def _explain(conf: Config) -> None:
    """Print what became faster or slower."""
    from tools.upstreams.asv_repo import UnionRepo

    os.environ["GWAS_NO_PULL"] = "1"
    repo = UnionRepo(conf.repo, conf.project)
    names = {commit: tag for tag, commit in repo.get_tags().items()}
    changes = all_changes(conf, repo)
    sentences = words.sentences(changes, names)
    _say(f"[bold]5. Results[/bold]: {len(sentences)} changes of {words.LEAST} x or more")
    for sentence in sentences:
        _say(f"   {sentence}")
    _say(f"   {words.machine_sentence(changes, names)}")


def _plain(message: str) -> None:
    _say(f"   {message}")
