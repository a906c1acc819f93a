"""Sandbox by bubblewrap, the program that Flatpak uses; Debian's package `bubblewrap`."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from tools.common.errors import MissingError
from tools.sandbox import mounts
from tools.sandbox.policy import Policy


def wrap(
    command: Sequence[str], policy: Policy, inside: Path, settings: Path, cwd: Path, info: int
) -> list[str]:
    """The command line that runs `command` in the sandbox; MissingError without bubblewrap."""
    program = shutil.which("bwrap")
    if program is None:
        raise MissingError("bubblewrap is not installed (Debian: apt-get install bubblewrap)")
    options = [word for step in mounts.steps(policy, inside, settings) for word in _option(step)]
    # not the namespace of control groups: Java 17 fails in one on version 1 of these
    namespaces = ["--unshare-ipc", "--unshare-pid", "--unshare-uts"]
    if not policy.network:
        namespaces.append("--unshare-net")
    return [
        program, *namespaces,
        # even root gets no capability, and cannot get one in a user namespace of its own
        "--unshare-user", "--disable-userns", "--cap-drop", "ALL",
        "--die-with-parent", "--info-fd", str(info), *options, "--chdir", str(cwd), "--", *command,
    ]  # fmt: skip


def _option(step: mounts.Step) -> list[str]:
    return [f"--{step[0]}", *step[1:]]
