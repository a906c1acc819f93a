"""`python -m tools site fetch`: the scripts of asv's pages, local, so that they work offline."""

from __future__ import annotations

import argparse
import sys

from tools.common.errors import MissingError, TrackerError
from tools.site import vendor

FALLBACK = (
    "warning: the site will load its scripts from public CDNs, and so need a network to be read;\n"
    "  `python -m tools site fetch` tries again"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `fetch [--check]`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    fetch = actions.add_parser("fetch", help="fetch the scripts that asv's pages need, once")
    fetch.add_argument(
        "--check", action="store_true", help="fetch nothing: fail unless all are there and whole"
    )


def run(args: argparse.Namespace) -> int:
    """Fetch or check; a fetch that fails is a warning, since the site works with the CDNs too."""
    if args.check:
        problem = vendor.problem()
        if problem:
            raise MissingError(problem, hint="run `python -m tools site fetch`")
        print("the site's scripts are there and whole")
        return 0
    try:
        fetched = vendor.fetch()
    except TrackerError as error:
        print(f"warning: {error}\n{FALLBACK}", file=sys.stderr)
        return 0
    print("the site's scripts: " + ("fetched from npm" if fetched else "there already"))
    return 0
