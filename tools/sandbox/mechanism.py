"""Which sandbox this machine can run: the first of `ORDER` that works."""

import enum
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.common.errors import ConfigError, MissingError
from tools.sandbox import bubblewrap, mounts
from tools.sandbox.policy import Policy, system

VARIABLE = "GWAS_SANDBOX"  # names the mechanism; "auto" by default
_LAUNCHER = Path(__file__).with_name("launcher.py")
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


class Mechanism(enum.Enum):
    """A kind of sandbox; its value is its name in GWAS_SANDBOX."""

    BUBBLEWRAP = "bubblewrap"
    NAMESPACES = "namespaces"
    LANDLOCK = "landlock"
    NONE = "none"

    @property
    def hides(self) -> bool:
        """Whether it gives the process a file system and process numbers of its own."""
        return self in (Mechanism.BUBBLEWRAP, Mechanism.NAMESPACES)

    def wrap(
        self, command: Sequence[str], policy: Policy, folder: Path, cwd: Path, info: int
    ) -> list[str]:
        """The command line that runs `command`, an absolute path, under a policy.

        `folder` has the subfolders of `new_folder`. A namespace's first process is written to the
        file descriptor `info`, as bubblewrap does. Raises MissingError.
        """
        inside, settings = folder / "inside", folder / "etc"
        if self is Mechanism.BUBBLEWRAP:
            return bubblewrap.wrap(command, policy, inside, settings, cwd, info)
        options: dict[str, object] = {
            "mechanism": self.value, "cwd": str(cwd),
            "network": policy.network, "loopback": policy.loopback, "info": info,
        }  # fmt: skip
        if self is Mechanism.NAMESPACES:
            options["root"] = str(folder / "root")
            options["steps"] = mounts.steps(policy, inside, settings)
        if self is Mechanism.LANDLOCK:
            options |= {
                name: [str(path) for path in paths]
                for name, paths in _rules(policy, inside).items()
            }
        return [sys.executable, "-I", "-S", str(_LAUNCHER), json.dumps(options), *command]


ORDER = (Mechanism.BUBBLEWRAP, Mechanism.NAMESPACES, Mechanism.LANDLOCK)


def _rules(policy: Policy, inside: Path) -> dict[str, list[Path]]:
    """The paths that Landlock lets a process read, write, and list."""
    accounts = [Path("/etc", name) for name in ("passwd", "group", "hosts", "nsswitch.conf")]
    read = [*system(policy.network), *accounts, Path("/sys"), Path("/proc"), *policy.read]
    devices = [Path("/dev", name) for name in _DEVICES]
    write = [*devices, Path("/dev/shm"), inside, *policy.write]
    if policy.drop_caches:
        write.append(Path("/proc/sys/vm/drop_caches"))
    return {"read": [path.resolve() for path in read], "write": write, "list": list(policy.listed)}


@functools.cache
def chosen() -> Mechanism:
    """The mechanism of this process: GWAS_SANDBOX, or the first of ORDER that works here.

    Raises ConfigError for an unknown name, MissingError where the named one does not work.
    """
    name = os.environ.get(VARIABLE) or "auto"
    if name == "auto":
        return next((each for each in ORDER if why_not(each) is None), Mechanism.NONE)
    try:
        mechanism = Mechanism(name)
    except ValueError:
        names = ", ".join(["auto", *(each.value for each in Mechanism)])
        raise ConfigError(f"{VARIABLE} = {name!r} is no sandbox", hint=f"known: {names}") from None
    reason = why_not(mechanism)
    if reason is not None:
        raise MissingError(
            f"{VARIABLE} = {name!r} does not work here: {reason}",
            hint="docs/security.md lists the mechanisms and what each needs",
        )
    return mechanism


def description() -> str:
    """A sentence on the sandbox of this process, for the begin of a run."""
    mechanism = chosen()
    if mechanism.hides:
        return f"upstream's code runs in a sandbox ({mechanism.value})"
    missing = "; ".join(f"{each.value}: {why_not(each)}" for each in ORDER if why_not(each))
    if mechanism is Mechanism.LANDLOCK:
        return (
            "upstream's code runs in a sandbox (landlock), but it sees other processes and the "
            f"network: docs/security.md has the details ({missing})"
        )
    return (
        "upstream's code runs WITHOUT a sandbox: it can read and change what you can. "
        f"docs/security.md says what to install ({missing or VARIABLE + '=none'})"
    )


@functools.cache
def why_not(mechanism: Mechanism) -> str | None:
    """Why a mechanism does not work on this machine; None when it does."""
    nothing = shutil.which("true", path=os.defpath) or "true"
    with tempfile.TemporaryDirectory(prefix="gwas-try-") as name, open(os.devnull, "w") as sink:
        folder = new_folder(Path(name))
        try:
            command = mechanism.wrap([nothing], Policy(), folder, Path("/"), sink.fileno())
        except MissingError as error:
            return str(error)
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", pass_fds=[sink.fileno()]
        )
    if done.returncode == 0:
        return None
    return (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]


def new_folder(folder: Path) -> Path:
    """Make what a sandbox needs in an empty folder: `inside` is the only part that it sees."""
    for name in ("etc", "root", "inside/tmp", "inside/home"):
        (folder / name).mkdir(parents=True)
    (folder / "inside" / "tmp").chmod(0o1777)
    return folder
