"""`python -m tools upstreams`: update the mirror, list releases, show a commit."""

import argparse
import json

from tools.common import paths
from tools.common.errors import UsageError
from tools.upstreams import config
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Commit, Mirror

EPILOG = """\
GWAS_UPSTREAM_<TOOL>=<git URL or local path> follows a tool from there, on this machine only:
for example GWAS_UPSTREAM_SGKIT=~/src/sgkit. `update TOOL --source git` changes a tool from
the package index to git, and `--source index` back.
GWAS_NO_PULL=1 stops asv from updating the mirror before it runs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands update, list and show."""
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="action", required=True)
    update = commands.add_parser("update", help="update the mirror")
    update.add_argument("tools", nargs="*", metavar="TOOL")
    update.add_argument(
        "--source", choices=("git", "index"), help="change the source of these tools"
    )
    listing = commands.add_parser("list", help="list the mirrored releases")
    listing.add_argument("tools", nargs="*", metavar="TOOL")
    listing.add_argument("--json", action="store_true")
    show = commands.add_parser("show", help="show one commit")
    show.add_argument("name", help="a hash or its first characters, or tool/version")


def run(args: argparse.Namespace) -> int:
    """Carry out one subcommand."""
    upstreams = config.load(paths.ROOT / "upstreams.toml")
    mirror = Mirror(paths.mirror_dir())
    if args.action == "update":
        return 5 if mirror.update(_chosen(upstreams, args.tools), args.source) else 0
    if not mirror.exists():
        raise UsageError("nothing is mirrored yet", hint="run `python -m tools upstreams update`")
    if args.action == "show":
        print(json.dumps(_plain(mirror.commit(args.name)), indent=2))
        return 0
    tools = [upstream.name for upstream in _chosen(upstreams, args.tools)]
    releases = [(tool, commit) for tool in tools for commit in mirror.releases(tool)]
    if args.json:
        print(json.dumps([_plain(commit) for _, commit in releases], indent=2))
    for tool, commit in () if args.json else releases:
        date, name = commit.date.date(), f"{tool}/{commit.version}"
        print(f"{name:20} {date}  {commit.hash[:10]}  {commit.source}")
    return 0


def _chosen(upstreams: dict[str, Upstream], names: list[str]) -> list[Upstream]:
    unknown = [name for name in names if name not in upstreams]
    if unknown:
        raise UsageError(f"unknown tool {unknown[0]!r}; tracked are {', '.join(upstreams)}")
    return [upstreams[name] for name in names or upstreams]


def _plain(commit: Commit) -> dict[str, str | None]:
    return {**commit.__dict__, "date": commit.date.isoformat()}
