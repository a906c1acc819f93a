"""`python -m tools nightly`: measure what is new, confirm and localise what stepped, alert.

Exit codes beside the usual: 0 nothing to tell, 10 something got slower, 11 only improvements and
fixes.
"""

from __future__ import annotations

import argparse
import os
import time

from tools.alerts import events
from tools.alerts.decisions import open_store
from tools.common import asv_config, files, paths
from tools.nightly.night import Night
from tools.upstreams import config

SLOWER, ONLY_FASTER = 10, 11
# cheap and telling: every task on real data, warm, with what has no noise beside it
PROFILE = (
    r"\.Sgkit\.(time_compute|peakmem_tree|track_\w+)\('1kg-sites', 1\)",
    r"\.Hail\.time_end_to_end\('1kg-sites', 1\)",
    r"\.Plink\.time_end_to_end\('1kg-sites', 1\)",
    "sentinels",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Budget, stack, profile and the address of the site."""
    parser.add_argument("--hours", type=float, default=8.0, help="budget; default %(default)s")
    parser.add_argument("--stack", choices=("frozen", "dated"), default="frozen")
    parser.add_argument(
        "--bench", action="append", help="asv's --bench; default: all tasks on 1kg-sites, one core"
    )
    parser.add_argument(
        "--site",
        default=os.environ.get("GWAS_SITE_URL", "http://127.0.0.1:8080"),
        help="address of the published site, for links; default: GWAS_SITE_URL",
    )


def run(args: argparse.Namespace) -> int:
    """One night; prints what it does, then the digest."""
    until = time.monotonic() + args.hours * 3600
    os.chdir(paths.ROOT)
    with files.lock(paths.cache("nightly.lock"), "the night of this checkout"):
        os.environ["GWAS_NO_PULL"] = "1"  # the night itself updates the mirror, once
        conf = asv_config.load()
        told = Night(
            conf, config.load(paths.ROOT / conf.repo), open_store(), args.stack,
            tuple(args.bench or PROFILE), until, args.site, _say,
        ).run()  # fmt: skip
    for _, text in told:
        print()
        print(text.text)
    print(f"{len(told)} events to tell of")
    if not told:
        return 0
    good = (event.better or event.state == events.RESOLVED for event, _ in told)
    return ONLY_FASTER if all(good) else SLOWER


def _say(text: str) -> None:
    print(text, flush=True)
