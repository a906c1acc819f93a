"""What a sandboxed process may see, change and use up."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GIB = 1 << 30

# Programs and libraries of the machine. On merged systems all but /usr are links into it.
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
# Public settings that programs read. Other files of /etc can hold secrets.
_SETTINGS = (
    *(
        "ld.so.cache",
        "ld.so.conf",
        "ld.so.conf.d",
        "localtime",
        "timezone",
        "os-release",
        "mime.types",
    ),
    *("alternatives", "java*", "ssl/certs", "ssl/openssl.cnf", "pki/ca-trust", "pki/tls/certs"),
)
_NETWORK_SETTINGS = ("resolv.conf", "gai.conf", "hosts", "nsswitch.conf")


@dataclass(frozen=True)
class Limits:
    """What a sandboxed process may use up; it is ended when it goes beyond."""

    file: int = 32 * GIB  # bytes of one file
    threads: int = 4096 + 64 * (os.cpu_count() or 1)  # more than the machine had at its start
    free_memory: float = 0.03  # share of the machine's memory that must stay available
    free_disk: int = GIB  # bytes that must stay free where it writes; if less was, half of it


@dataclass(frozen=True)
class Policy:
    """What a sandboxed process sees beside the machine's programs and libraries.

    Paths are the same inside. All else of the machine is hidden from it.
    """

    read: tuple[Path, ...] = ()
    write: tuple[Path, ...] = ()
    listed: tuple[Path, ...] = ()  # above these: Python lists the folders that it imports from
    network: bool = False  # without it, only 127.0.0.1 works
    loopback: bool = True  # whether it needs 127.0.0.1: Landlock cannot allow that alone
    drop_caches: bool = False  # whether it may have the kernel drop its page cache
    limits: Limits = Limits()


def system(network: bool) -> Iterator[Path]:
    """The machine's programs, libraries and public settings that exist."""
    yield from (Path(name) for name in _SYSTEM if os.path.lexists(name))
    for pattern in (*_SETTINGS, *(_NETWORK_SETTINGS if network else ())):
        yield from Path("/etc").glob(pattern)


def accounts(home: Path, network: bool) -> dict[str, str]:
    """The files of /etc that name users, for this user alone, and hosts."""
    user, group, host = os.getuid(), os.getgid(), os.uname().nodename
    users = {
        "passwd": f"tracker:x:{user}:{group}:tracker:{home}:/bin/sh\n",
        "group": f"tracker:x:{group}:\n",
    }
    if network:
        return users
    return {
        **users,
        "hosts": f"127.0.0.1 localhost {host}\n::1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
