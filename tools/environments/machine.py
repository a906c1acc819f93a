"""This machine: described to asv once, and measured on by one run at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from asv import util
from asv.machine import Machine, MachineCollection

from tools.common import files
from tools.common.errors import BusyError


def ensure_described() -> None:
    """Describe this machine to asv once, so that no run asks, and so that nothing changes it.

    asv's own default holds the kernel's release, and each update of it would start
    another line in every graph.
    """
    name = Machine.get_unique_machine_name()
    try:
        MachineCollection.load(name)
    except util.UserError:
        defaults = Machine.get_defaults()
        defaults["os"] = os.uname().sysname
        MachineCollection.save(name, defaults)


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Measure alone in a checkout, of which `root` is the folder of the environments.

    BusyError when another run measures: two at once would disturb each other's numbers.
    """
    path = root / "measuring.lock"
    with ExitStack() as held:
        try:
            held.enter_context(files.lock(path, "measuring"))
        except BusyError:
            raise BusyError(
                f"another run is measuring in this checkout ({path})",
                hint="two at once would disturb each other: wait for it, or stop it",
            ) from None
        yield
