"""`tracker COMMAND`, or `python -m tools COMMAND`: the command line, beside plain asv."""

import argparse
import importlib
import os
import shlex
import sys

from tools import migration
from tools.common import asv_messages, paths, process
from tools.common.errors import EXIT_CODES, TrackerError, explanation

# command: (module, help). The module has add_arguments(parser), and run(args) -> its exit code or
# None. A command with subcommands sets `run` for each of them instead.
COMMANDS = {
    "demo": ("tools.cli.demo", "measure real releases on the embedded data and publish html/"),
    "upstreams": ("tools.cli.upstreams", "update and list the tracked histories"),
    "environments": ("tools.cli.environments", "show, check, retry and clean environments"),
    "datasets": ("datasets.cli", "list, prepare, verify and locate data sets"),
    "site": ("tools.cli.site", "fetch the site's scripts so that it works offline"),
    "alerts": ("tools.cli.alerts", "detect changes; list, confirm, acknowledge, expect events"),
    "nightly": ("tools.cli.nightly", "measure what is new, confirm, localise, publish, alert"),
    "study": ("tools.cli.study", "run the study's experiments; report what they show"),
    "cost": ("tools.cli.cost", "where the last run's wall time went"),
}
DESCRIPTION = """Track how fast GWAS software is, at every commit and release. Most used:

  tracker demo                              measure real releases now, and make the site
  tracker nightly --hours 6                 measure what is new, confirm, publish, notify
  tracker alerts list                       what became slower or faster, and is confirmed
  tracker alerts compare A B BENCHMARK ...  measure two commits in turn
  tracker study run                         compare the tools on this machine

asv runs the benchmarks and shows the site: asv run, asv compare, asv publish, asv preview."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; every failure ends in one message and a code of EXIT_CODES."""
    try:  # from here on: a command's imports take long enough to be interrupted
        args = _parse(sys.argv[1:] if argv is None else argv)
        if getattr(args, "migrates", True):
            migration.run(paths.ROOT / "results")
        return args.run(args) or 0
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as error:
        explained = explanation(error)
        if explained is None:
            raise
        print(f"error: {explained}", file=sys.stderr)
        return explained.exit_code


def _parse(arguments: list[str]) -> argparse.Namespace:
    """The command's arguments, with its `run`."""
    completing = "_ARGCOMPLETE" in os.environ  # the shell asks how the line could go on
    if completing:
        arguments = shlex.split(os.environ["COMP_LINE"].partition(" ")[2])
    codes = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in EXIT_CODES.items())
    parser = argparse.ArgumentParser(
        prog="tracker",
        description=DESCRIPTION,
        epilog=f"exit codes:\n{codes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=Version, help="show the checkout's commit, and exit")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    chosen = next((word for word in arguments if word in COMMANDS), None)
    for name, (module, summary) in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        if name == chosen:  # import only what is asked for: some commands are slow to import
            implementation = importlib.import_module(module)
            implementation.add_arguments(subparser)
            subparser.set_defaults(run=getattr(implementation, "run", None))
    if completing:
        import argcomplete

        argcomplete.autocomplete(parser)  # ends here
    return parser.parse_args(arguments)


class Version(argparse.Action):
    """Print the versions that a report of a problem needs, and exit."""

    def __init__(self, option_strings: list[str], dest: str, help: str) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        import asv

        print(f"tracker {_commit()}, asv {asv.__version__}, Python {sys.version.split()[0]}")
        parser.exit()


def _commit() -> str:
    """The commit of this checkout, with its date; `unknown` where it is no git repository."""
    command = ["git", "-C", str(paths.ROOT), "log", "-1", "--format=%h of %cs"]
    try:
        return process.run(command, timeout=10).stdout.strip()
    except TrackerError:
        return "unknown"


if __name__ == "__main__":
    asv_messages.explain()
    process.end_on_signals()  # a plain kill ends what was started as well
    sys.exit(main())
