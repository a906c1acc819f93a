"""The file system of a sandboxed process, as steps that bubblewrap or our launcher carries out."""

import os
from pathlib import Path

from tools.common import paths
from tools.sandbox.policy import Policy, accounts, system

# A step is a name of bubblewrap's options and its arguments.
Step = tuple[str, ...]

# Files of /proc that root can write without any capability: they change the whole machine.
_PROTECTED = ("sys", "sysrq-trigger", "fs", "irq", "bus", "mtrr", "acpi", "scsi")
_DROP_CACHES = "/proc/sys/vm/drop_caches"


def steps(policy: Policy, inside: Path, settings: Path) -> list[Step]:
    """The steps, in order, to an otherwise empty root.

    `inside` is the process's own folder, with its /tmp and home. `settings` is a folder for files
    of /etc.
    """
    etc = accounts(inside / "home", policy.network)
    for name, text in etc.items():
        (settings / name).write_text(text)
    result = [_system(path) for path in system(policy.network) if path.name not in etc]
    result += [("ro-bind", str(settings / name), f"/etc/{name}") for name in etc]
    result += [_read(Path("/sys")), ("dev", "/dev"), ("proc", "/proc")]
    result += [_read(path) for name in _PROTECTED if (path := Path("/proc", name)).exists()]
    if policy.drop_caches:
        result.append(("bind", _DROP_CACHES, _DROP_CACHES))
    result.append(("bind", str(inside / "tmp"), "/tmp"))
    usr = Path("/usr")  # which is there already
    private = (Path.home(), paths.ROOT, paths.cache())
    shown = {usr: "ro-bind"}
    shown |= {path: "tmpfs" for path in private if path.is_relative_to(usr)}
    shown |= {path: "ro-bind" for path in policy.read if path.exists()}
    shown |= dict.fromkeys((*policy.write, inside), "bind")
    for path in sorted(shown):
        above = next((shown[parent] for parent in path.parents if parent in shown), "")
        if path != usr and shown[path] != above:
            source = [] if shown[path] == "tmpfs" else [str(path)]
            result.append((shown[path], *source, str(path)))
    return [*result, ("remount-ro", "/")]


def _system(path: Path) -> Step:
    real = path.resolve()
    if path.is_symlink() and real.is_relative_to("/usr"):
        return "symlink", os.readlink(path), str(path)
    return "ro-bind", str(real), str(path)


def _read(path: Path) -> Step:
    return "ro-bind", str(path), str(path)
