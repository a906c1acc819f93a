"""Start a command in a sandbox of the kernel's own, without bubblewrap; a script.

    python -I -S launcher.py '{"mechanism": ..., ...}' COMMAND...

It must not import anything of the tracker: the process that it becomes belongs to strangers. The
mechanisms:

- "namespaces": of users, mounts, processes and network. It needs Linux 5.12.
- "landlock": rules on files. It hides no process and no socket, and cannot forbid the network
  without 127.0.0.1. It needs Linux 5.13.
- "none": no limits at all.

The last two have no process namespace. So this script stays as the parent of all that the command
leaves behind, and ends it.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import platform
import signal
import socket
import struct
import sys
import time
from typing import Any, NoReturn

_libc = ctypes.CDLL(None, use_errno=True)

# users, mounts, processes, IPC, host name. Not control groups: see bubblewrap.py
_NEW_NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x08000000 | 0x04000000
_NEW_NETWORK = 0x40000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 32, 4096, 16384, 1 << 18
_MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP = 1, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
# system calls without a function in libc; those after 424 have one number on all machines
_MOUNT_SETATTR, _LANDLOCK = 442, 444
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_DEVICES = ("null", "zero", "full", "random", "urandom")
Options = dict[str, Any]  # see mechanism.py


with open("/proc/self/environ", "rb") as _stream:  # os.environ has a locale of Python's choice
    _VARIABLES = dict(item.split(b"=", 1) for item in _stream.read().split(b"\0") if item)


def main(options: Options, command: list[str]) -> int:
    """Run the command; its exit status, 128 and more where a signal ended it."""
    _end_with(os.getppid(), signal.SIGTERM)
    if options["mechanism"] == "namespaces":
        return _in_namespaces(options, command)
    return _under_a_reaper(options, command)


# ---- namespaces


def _in_namespaces(options: Options, command: list[str]) -> int:
    user, group = os.geteuid(), os.getegid()
    flags = _NEW_NAMESPACES | (0 if options["network"] else _NEW_NETWORK)
    _check(_libc.unshare(flags), "unshare")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    first = os.fork()
    if first:
        os.write(options["info"], json.dumps({"child-pid": first}).encode())
        os.close(options["info"])
        return _status(os.waitpid(first, 0)[1])
    # the first process of its namespace: all the others end with it
    try:
        os.close(options["info"])
        _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL), "prctl")
        if not options["network"]:
            _loopback_up()
        _mount_all(options["root"], options["steps"])
        os.chdir(options["cwd"])
        _drop_privileges()
        started = os.fork()
        if not started:
            _exec(command)
        while True:
            ended, status = os.wait()
            if ended == started:
                os._exit(_status(status))
    except BaseException as error:
        _fail(error)


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up = struct.pack("16sh", b"lo", 1)  # IFF_UP
        fcntl.ioctl(any_socket, 0x8914, up.ljust(40, b"\0"))  # SIOCSIFFLAGS


def _mount_all(root: str, steps: list[list[str]]) -> None:
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    _mount("tmpfs", root, "tmpfs", _MS_NOSUID | _MS_NODEV)
    # bound sources are those of the old root, also where a step before has covered them
    for name, *words in steps:
        globals()["_step_" + name.replace("-", "_")](root, *words)
    os.chdir(root)
    number = _PIVOT_ROOT[platform.machine()]
    _check(_libc.syscall(number, b".", b"."), "pivot_root")
    _check(_libc.umount2(b".", _MNT_DETACH), "umount")
    os.chdir("/")


def _step_symlink(root: str, target: str, path: str) -> None:
    os.makedirs(os.path.dirname(root + path), exist_ok=True)
    os.symlink(target, root + path)


def _step_bind(root: str, source: str, path: str) -> None:
    _point(root + path, os.path.isdir(source))
    _mount(source, root + path, None, _MS_BIND | _MS_REC)
    _set_attributes(root + path, _MS_NOSUID)


def _step_ro_bind(root: str, source: str, path: str) -> None:
    _step_bind(root, source, path)
    _set_attributes(root + path, _MS_RDONLY | _MS_NOSUID)


def _step_tmpfs(root: str, path: str) -> None:
    _point(root + path, True)
    _mount("tmpfs", root + path, "tmpfs", _MS_NOSUID | _MS_NODEV)


def _step_proc(root: str, path: str) -> None:
    _point(root + path, True)
    _mount("proc", root + path, "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    # a user namespace of its own would give the command capabilities
    _write(root + path + "/sys/user/max_user_namespaces", "0")


def _step_dev(root: str, path: str) -> None:
    _step_tmpfs(root, path)
    for name in _DEVICES:
        _step_bind(root, "/dev/" + name, path + "/" + name)
    os.mkdir(root + path + "/shm", 0o1777)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", root + path + "/" + name)
    os.symlink("/proc/self/fd", root + path + "/fd")


def _step_remount_ro(root: str, path: str) -> None:
    _mount(None, root, None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID | _MS_NODEV)


def _point(path: str, directory: bool) -> None:
    """Make the directory or file that something is mounted on."""
    if os.path.lexists(path):
        return
    os.makedirs(path if directory else os.path.dirname(path), exist_ok=True)
    if not directory:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644))


def _set_attributes(path: str, flags: int) -> None:
    """Add flags to a mount and all that is mounted below it."""
    attributes = struct.pack("QQQQ", flags, 0, 0, 0)
    done = _libc.syscall(
        _MOUNT_SETATTR, _AT_FDCWD, path.encode(), _AT_RECURSIVE, attributes, len(attributes)
    )
    _check(done, "mount_setattr " + path)


def _mount(source: str | None, target: str, kind: str | None, flags: int) -> None:
    done = _libc.mount(
        (source or "none").encode(),
        target.encode(),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        None,
    )
    _check(done, "mount " + target)


# ---- Landlock, and no mechanism


def _under_a_reaper(options: Options, command: list[str]) -> int:
    """Run the command; when it ends, or this process must, kill all that it started."""
    os.close(options["info"])
    _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")
    signal.signal(signal.SIGTERM, _stop)
    started = os.fork()
    if not started:
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.chdir(options["cwd"])
            if options["mechanism"] == "landlock":
                _drop_privileges()
                _restrict(options)
            _exec(command)
        except BaseException as error:
            _fail(error)
    status = 128 + signal.SIGKILL
    try:
        ended = None
        while ended != started:
            ended, wait_status = os.wait()
        status = _status(wait_status)
    except _Stopped:
        pass
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while _kill_descendants():
        time.sleep(0.005)
    return status


class _Stopped(Exception):
    """The tracker ends the sandbox, or has ended."""


def _stop(number: int, frame: object) -> NoReturn:
    raise _Stopped


def _kill_descendants() -> bool:
    """Kill all processes below this one, and wait for those that ended; whether any is left."""
    children: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", errors="replace") as stream:
                parent = int(stream.read().rpartition(")")[2].split()[1])
        except OSError:
            continue  # has ended
        children.setdefault(parent, []).append(int(name))
    tree = [os.getpid()]
    for pid in tree:
        tree.extend(children.get(pid, ()))
    for pid in tree[1:]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | 1 << 14 | 1 << 15  # and truncate, ioctl
_TCP = 3
_SCOPED = 3  # abstract sockets, signals


def _restrict(options: Options) -> None:
    """Allow this process to use only the files of `read` and `write`, for ever."""
    version = _libc.syscall(_LANDLOCK, None, 0, 1)
    _check(version, "landlock")
    files = _FILES[max(known for known in _FILES if known <= version)]
    rules = struct.pack(
        "QQQ",
        files,
        _TCP if version >= 4 and not (options["network"] or options["loopback"]) else 0,
        _SCOPED if version >= 6 else 0,
    )
    rules = rules[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = _libc.syscall(_LANDLOCK, rules, len(rules), 0)
    _check(ruleset, "landlock_create_ruleset")
    readable = _EXECUTE | _READ_FILE | _READ_DIR
    for kind, allowed in (("read", readable), ("write", files), ("list", _READ_DIR)):
        for path in options[kind]:
            try:
                descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            rights = allowed & files & (-1 if os.path.isdir(path) else _OF_A_FILE)
            rule = struct.pack("=Qi", rights, descriptor)
            _check(_libc.syscall(_LANDLOCK + 1, ruleset, 1, rule, 0), "landlock " + path)
            os.close(descriptor)
    _check(_libc.syscall(_LANDLOCK + 2, ruleset, 0), "landlock_restrict_self")
    os.close(ruleset)


# ---- common


def _drop_privileges() -> None:
    """Give up all capabilities, those that root would get back by starting a program too."""
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    for capability in range(64):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails for those that do not exist
    header = struct.pack("Ii", 0x20080522, 0)  # version 3
    _check(_libc.capset(header, b"\0" * 24), "capset")


def _end_with(parent: int, number: int) -> None:
    """Get a signal when the parent ends, also when it has ended already."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, number), "prctl")
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def _exec(command: list[str]) -> NoReturn:
    try:
        os.execve(command[0], command, _VARIABLES)
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        os._exit(127)


def _fail(error: BaseException) -> NoReturn:
    sys.stderr.write(f"sandbox: {error}\n")
    sys.stderr.flush()
    os._exit(126)


def _status(status: int) -> int:
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _write(path: str, text: str) -> None:
    with open(path, "w") as stream:
        stream.write(text)


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]), sys.argv[2:]))
