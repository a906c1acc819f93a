"""`python -m tools nightly`: measure new commits, verify changes, find their commits, notify.

Exit codes beside the usual: 0 a good night, 14 a part of the night failed. With --exit-code, a
good night with new events ends with 10 (something got slower), 11 (only improvements and fixes)
or 12 (only the machine changed).
"""

import argparse
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from asv.config import Config

from tools.alerts.store import Store, open_store
from tools.common import asv_config, files, links, paths
from tools.common.errors import EXIT_CODES, TrackerError, UsageError, explanation
from tools.environments import machine
from tools.execution import selection
from tools.nightly.night import NOT_SENT, Night
from tools.nightly.night_log import NightLog
from tools.nightly.preset import PRESET
from tools.notify import channels, digest, heartbeat
from tools.notify.delivery import Delivery
from tools.notify.night_record import NightRecord, write_status
from tools.results import asv_storage
from tools.upstreams import config
from tools.upstreams.config import Upstream


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Budget, stack, preset and the address of the site."""
    parser.add_argument("--hours", type=_hours, default=8.0, help="budget; default %(default)s")
    parser.add_argument(
        "--tool", action="append", help="measure only commits of this tool; default: all tools"
    )
    parser.add_argument("--stack", choices=("frozen", "dated"), default="frozen")
    parser.add_argument(
        "--bench",
        action="append",
        help="asv's --bench; default: all tasks on one core, on 1kg-sites (Hail's LD pruning: "
        "sim-2504-2k)",
    )
    parser.add_argument(
        "--site",
        type=links.site_address,
        help="address of the published site, for links; default: GWAS_SITE_URL",
    )
    parser.add_argument(
        "--exit-code",
        action="store_true",
        help="end a good night that has new events with 10, 11 or 12 instead of 0",
    )


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = math.nan
    if not 0 <= hours < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of hours")
    return hours


def run(args: argparse.Namespace) -> int:
    """Run one night; print its log, then the digest."""
    os.chdir(paths.ROOT)
    with files.lock(paths.cache("nightly.lock"), "the night of this machine"):
        conf, log = asv_config.load(), NightLog()
        address = os.environ.get(heartbeat.VARIABLE)
        record = NightRecord(Path(conf.results_dir), asv_storage.machine_name())
        try:
            code = _night(args, conf, log)
            _end(record, conf, log)
        except BaseException as error:
            explained = explanation(error)
            with log.part(EXIT_CODES[explained.exit_code if explained else 1]):
                log.note(str(explained or type(error).__name__))
            with suppress(OSError):  # on a full disk the error itself is enough
                _end(record, conf, log)
            raise
        if address and not log.failures:
            try:
                heartbeat.call(address)
            except TrackerError as error:
                code = digest.INCOMPLETE
                with log.part("the heartbeat was not sent"):
                    log.warn(str(error))
                _end(record, conf, log)
    return digest.exit_code(code, of_news=args.exit_code)


def _night(args: argparse.Namespace, conf: Config, log: NightLog) -> int:
    """Run the night; returns the code of its digest."""
    env, results = paths.ROOT / "env", paths.ROOT / "results"
    machine.require_space("a night", env, results, environments=3)
    os.environ["GWAS_NO_PULL"] = "1"  # the night itself updates the mirror, once
    upstreams = config.load(paths.ROOT / conf.repo)
    tools = args.tool or list(conf.branches)
    unknown = set(tools) - (upstreams.keys() & set(conf.branches))
    if unknown:
        raise UsageError(f"{min(unknown)} is not tracked", hint="upstreams.toml says what is")
    bench = tuple(args.bench or PRESET)
    classes = {name for tool in tools for name in upstreams[tool].classes}
    selection.require(conf, bench, classes)
    store = open_store()
    site = args.site or links.configured_site()
    with log.part(NOT_SENT):
        delivery = _delivery(conf, upstreams, store, site or links.site_url(), log)
        if site is None and any(delivery.routes.values()):
            log.warn(
                f"no --site and no {links.SITE_URL}: messages link to {delivery.site}, "
                "which others cannot read"
            )
    notifications = Night(
        conf, upstreams, tools, store, delivery, args.stack, bench, args.hours * 3600, log
    ).run()
    code = digest.write(notifications, log.say, log.warnings)
    delivery.mark_digested(notifications)
    return code


def _end(record: NightRecord, conf: Config, log: NightLog) -> None:
    """Write how the night ended, for monitoring and into the site, where there is one."""
    record.end(log.failures)
    results, site = Path(conf.results_dir), Path(conf.html_dir)
    write_status(results, paths.cache())
    if site.is_dir():
        write_status(results, site)


def _delivery(
    conf: Config, upstreams: Mapping[str, Upstream], store: Store, site: str, log: NightLog
) -> Delivery:
    """The channels, with their secrets, which are removed from the environment."""
    tables = {tool: (f"{tool}.alerts", one.alerts) for tool, one in upstreams.items()}
    tables[config.OPERATOR] = config.OPERATOR, config.operator(paths.ROOT / conf.repo)
    routes = {route: channels.of_table(*table, log.warn) for route, table in tables.items()}
    channels.forget_secrets(table for _, table in tables.values())
    delivery = Delivery(store, upstreams, routes, site, log.warn)
    delivery.register_channels({route: channels.names(*table) for route, table in tables.items()})
    return delivery
