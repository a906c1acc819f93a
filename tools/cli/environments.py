"""`python -m tools environments`: what each commit is measured with, and which releases work."""

import argparse
from pathlib import Path

from tools.common import paths
from tools.common.errors import UsageError
from tools.environments import compatibility, failures, unused
from tools.environments.machine import measuring_lock
from tools.environments.plan import STACKS, plan
from tools.upstreams import config
from tools.upstreams.mirror import Mirror


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
        commit_plan = plan(upstreams[commit.tool], commit, args.stack, mirror)
        print(f"# {commit.tool} {commit.version or commit.hash} on Python {commit_plan.python}")
        installed = Path(commit_plan.artefact).name
        print(f"# installed: {installed} {' '.join(commit_plan.extra)}")
        print(commit_plan.lock, end="")
        return 0
    commits = [mirror.commit(name) for name in args.names] or [
        commit for tool in upstreams for commit in mirror.releases(tool)
    ]
    # a benchmark must not find another version of its tool in its environment
    with measuring_lock(paths.ROOT / "env"):
        return int(not compatibility.check(upstreams, mirror, commits, args.stack or STACKS))
