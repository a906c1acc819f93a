"""`python -m tools study`: run the study's experiments, and report what they show."""

import argparse
import importlib

# action: (module as in tools.__main__.COMMANDS, help)
_ACTIONS = {
    "run": ("tools.study.running.run", "measure what is missing of a profile"),
    "report": ("tools.study.page.report", "figures, tables and guidelines from what was measured"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands; each has options of its own."""
    actions = parser.add_subparsers(dest="action", required=True)
    for name, (module, summary) in _ACTIONS.items():
        action = actions.add_parser(name, help=summary, description=summary)
        implementation = importlib.import_module(module)
        implementation.add_arguments(action)
        action.set_defaults(run=implementation.run)
