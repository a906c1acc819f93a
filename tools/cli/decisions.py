"""The actions of `python -m tools alerts` on events: list, measure again, decide."""

import argparse
import datetime

from rich.console import Console
from rich.table import Table

from tools.alerts import events, states
from tools.alerts.events import Event
from tools.alerts.store import open_store
from tools.common import foreign_text, links, paths
from tools.common.errors import UsageError
from tools.notify import digest, message, notifications
from tools.results import asv_storage
from tools.upstreams import config
from tools.upstreams.mirror import Mirror

_DECISIONS = {
    "ack": (states.ACKNOWLEDGED, "say that you look after it: no messages until that changes"),
    "expect": (states.EXPECTED, "say that the change was intended: no more messages"),
    "suppress": (states.SUPPRESSED, "get no messages until a date"),
}


def add_actions(actions: argparse._SubParsersAction) -> None:
    """Declare the actions."""
    listed = actions.add_parser("list", help="list events, the newest first")
    listed.add_argument("--state", choices=list(states.STATES), action="append", default=[])
    listed.set_defaults(run=_list)
    show = actions.add_parser("show", help="show one event: message, proof, history")
    show.add_argument("id", type=_number)
    show.set_defaults(run=_show)
    all_confirmed = actions.add_parser("digest", help="print all confirmed events")
    all_confirmed.add_argument(
        "--exit-code", action="store_true", help="end with 10, 11 or 12 if there are any"
    )
    all_confirmed.set_defaults(run=_digest)
    for action in (show, all_confirmed):
        action.add_argument("--site", type=links.site_address)
    confirm = actions.add_parser("confirm", help="measure both commits of an event again, in turn")
    confirm.add_argument("id", type=_number)
    confirm.set_defaults(run=_confirm)
    meanings = {name: meaning for name, (_, meaning) in _DECISIONS.items()}
    meanings["reopen"] = "withdraw a decision: the event gets its measured state again"
    for name, meaning in meanings.items():
        decide = actions.add_parser(name, help=meaning)
        decide.add_argument("id", type=_number)
        decide.set_defaults(run=_reopen if name == "reopen" else _decide)
        decide.add_argument(
            "--why", required=True, type=_reason, help="your reason; kept and shown with the event"
        )
        if name == "suppress":
            decide.add_argument("--until", required=True, type=_day, metavar="YYYY-MM-DD")


def _list(args: argparse.Namespace) -> None:
    listed = open_store().all(*args.state)
    if not listed:
        print(f"no event is {' or '.join(args.state)}" if args.state else "no events yet")
        return
    table = Table("id", "state", "since", "what")
    for event in listed:
        until = f" until {event.until}" if event.until else ""
        table.add_row(
            str(event.id), event.state + until, event.created[:10], message.subject(event)
        )
    Console().print(table)


def _show(args: argparse.Namespace) -> None:
    store = open_store()
    (text,) = _messages([store.get(args.id)], args.site)
    print(text.text)
    for row in store.history(args.id):
        print(foreign_text.clean(f"{row['at']}  {row['state']}: {row['why']}"))


def _decide(args: argparse.Namespace) -> None:
    store = open_store()
    event = store.get(args.id)
    if not states.STATES[event.state].decidable:
        why = store.history(event.id)[-1]["why"]
        raise UsageError(f"event {event.id} is {event.state} ({why}): there is nothing to decide")
    state, _ = _DECISIONS[args.action]
    store.set_state(event.id, state, args.why, getattr(args, "until", None))
    print(f"event {event.id} is {state}")


def _reopen(args: argparse.Namespace) -> None:
    store = open_store()
    event = store.get(args.id)
    if not states.STATES[event.state].withdrawable:
        raise UsageError(f"event {event.id} is {event.state}: there is no decision to withdraw")
    store.set_state(event.id, event.outcome, args.why)
    print(f"event {event.id} is {event.outcome}")


def _digest(args: argparse.Namespace) -> int:
    confirmed = open_store().all(states.CONFIRMED)
    messages = _messages(confirmed, args.site)
    code = digest.write([*zip(confirmed, messages, strict=True)], print)
    return digest.exit_code(code, of_news=args.exit_code)


def _messages(chosen: list[Event], site: str | None) -> list[message.Message]:
    """The messages on events, with upstream's descriptions of their commits."""
    mirror = Mirror(paths.mirror_dir())
    upstreams = config.load(paths.ROOT / "upstreams.toml")
    addresses = {name: tool.links for name, tool in upstreams.items()}
    home = site or links.site_url()
    return [notifications.compose(event, addresses, mirror, home) for event in chosen]


def _confirm(args: argparse.Namespace) -> int:
    """Measure again and keep the verdict; 0 if it is confirmed, else 1."""
    store = open_store()
    event = store.get(args.id)
    if event.kind == events.MACHINE:
        raise UsageError(f"event {event.id} is the machine's: no commit can be measured for it")
    here = asv_storage.machine_name()
    if event.machine != here:
        raise UsageError(
            f"event {event.id} is of machine {event.machine}, and this is {here}",
            hint=f"run it there; both commits are compared here by\n  {message.command(event)}",
        )
    # slow to import, and needed for this action only
    from tools.alerts.verification import Verifier, words
    from tools.environments.machine import measuring_lock
    from tools.execution.measurement import Laboratory

    upstreams = config.load(paths.ROOT / "upstreams.toml")
    laboratory = Laboratory(upstreams, Mirror(paths.mirror_dir()), event.stack)
    with measuring_lock(paths.ROOT / "env"):
        verdict = Verifier(store, laboratory, lambda: None).confirm(event, afresh=True)
    print(words(verdict))
    return int(verdict.outcome != states.CONFIRMED)


def _day(text: str) -> str:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a date: {text!r} (like 2027-01-31)") from None
    if day <= datetime.date.today():
        raise argparse.ArgumentTypeError(f"{day} is no day to come")
    return day.isoformat()


def _number(text: str) -> int:
    # what the store can hold
    if not text.isdecimal() or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"{text!r} is no event's number")
    return int(text)


def _reason(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("say why: the reason is kept and shown with the event")
    return text.strip()
