"""`python -m tools site fetch`: download the third-party scripts of the site's pages."""

import argparse
import sys

from tools.common.errors import MissingError, TrackerError
from tools.site import vendor

FALLBACK = (
    "warning: without its scripts the site has tables instead of graphs, and asv's own pages\n"
    "  load theirs from public CDNs; `python -m tools site fetch` tries again"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `fetch [--check]`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    fetch = actions.add_parser("fetch", help="download the site's third-party scripts, once")
    fetch.add_argument(
        "--check",
        action="store_true",
        help="download nothing; fail unless all scripts are complete",
    )


def run(args: argparse.Namespace) -> int:
    """Fetch or check. A failed fetch is a warning, because the site also works with the CDNs."""
    if args.check:
        problem = vendor.problem()
        if problem:
            raise MissingError(problem, hint="run `python -m tools site fetch`")
        print("the site's scripts are complete")
        return 0
    try:
        fetched = vendor.fetch()
    except TrackerError as error:
        print(f"warning: {error}\n{FALLBACK}", file=sys.stderr)
        return 0
    print("the site's scripts: " + ("downloaded from npm" if fetched else "complete already"))
    return 0
