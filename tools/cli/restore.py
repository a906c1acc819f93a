"""`python -m tools alerts restore`: list the copies of the alerts database, or bring one back."""

import argparse

from rich.console import Console
from rich.table import Table

from tools.alerts import backup
from tools.common import files, paths
from tools.common.errors import UsageError

_DATABASE = paths.ROOT / "results" / "alerts.sqlite"


def add_action(actions: argparse._SubParsersAction) -> None:
    """Declare the action."""
    restore = actions.add_parser(
        "restore", help="list the copies of the alerts database, or bring one back"
    )
    restore.add_argument(
        "which", nargs="?", metavar="WHICH", help="part of the copy's name, such as its date"
    )
    restore.add_argument(
        "--replace-newer",
        action="store_true",
        help="also over a database that has what the copy lacks",
    )
    # the database that it replaces may be damaged
    restore.set_defaults(run=_restore, migrates=False)


def _restore(args: argparse.Namespace) -> None:
    if args.which is None:
        _list()
        return
    with files.lock(paths.cache("nightly.lock"), "the night of this machine"):
        chosen = backup.choose(_DATABASE, args.which)
        gains = backup.gains(_DATABASE, chosen)
        lost = ", ".join(f"{count} {what}" for what, count in gains.items())
        if lost and not args.replace_newer:
            raise UsageError(
                f"{_DATABASE.name} has what {chosen.path.name} lacks: {lost}",
                hint="--replace-newer brings the copy back all the same. What was sent since then "
                "may be sent again",
            )
        kept = backup.restore(_DATABASE, chosen)
    print(f"brought back {chosen.path.name}, with {chosen.events} events")
    if kept is not None:
        print(f"the database before it is kept: {kept}")


def _list() -> None:
    copies = backup.listed(_DATABASE)
    if not copies:
        print(f"no copies in {_DATABASE.parent / backup.FOLDER}: each night makes one")
        return
    table = Table("events", "last change (UTC)")
    table.add_column("copy", no_wrap=True)
    for copy in copies:
        changed = (copy.newest or "")[:16].replace("T", " ")
        table.add_row(str(copy.events), changed, copy.path.name)
    Console().print(table)
