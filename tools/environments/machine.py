"""Describe this machine to asv, and let one run at a time measure on it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from asv import util
from asv.machine import Machine, MachineCollection

from tools.common import files
from tools.common.errors import BusyError


def ensure_described() -> None:
    """Write asv's machine file unless it exists, so that no run asks for it.

    asv's default has the kernel's release: each kernel update would start a new series.
    """
    name = Machine.get_unique_machine_name()
    try:
        MachineCollection.load(name)
    except util.UserError:
        defaults = Machine.get_defaults()
        defaults["os"] = os.uname().sysname
        MachineCollection.save(name, defaults)


@contextmanager
def measuring_lock(root: Path) -> Iterator[None]:
    """Hold the lock of a checkout for measuring; `root` is its folder of environments.

    BusyError when another run measures: they would disturb each other.
    """
    path = root / "measuring.lock"
    with ExitStack() as stack:
        try:
            stack.enter_context(files.lock(path, "measuring"))
        except BusyError:
            raise BusyError(
                f"another run is measuring in this checkout ({path})",
                hint="wait for it, or stop it: two runs at the same time disturb each other",
            ) from None
        yield
