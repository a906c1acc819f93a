"""Describe this machine to asv, and let one run at a time measure on it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from asv import util
from asv.machine import Machine, MachineCollection

from tools.common import disk_space, files, paths, scratch
from tools.common.disk_space import GB
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


def require_space(what: str, root: Path, results: Path, environments: int) -> None:
    """DiskFullError unless there is room for `what`, which may make new `environments` in `root`.

    An environment with Hail takes 1 GB, a commit's wheel and scratch folder up to 1 GB, and the
    result files of a commit less than 1 MB.
    """
    needs = {root: environments * GB, paths.cache(): 1.0 * GB, results: 0.1 * GB}
    disk_space.require(what, needs)


@contextmanager
def measuring_lock(root: Path) -> Iterator[None]:
    """Hold the lock of a checkout for measuring; `root` is its folder of environments.

    Removes the scratch folders that killed runs left.

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
        scratch.sweep()
        yield
