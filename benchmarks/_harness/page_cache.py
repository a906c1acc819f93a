"""Make files cold: their pages leave the kernel's cache, without root, and it is verified.

This module needs nothing but Python, so that its text can be run on another machine.
"""

import ctypes
import mmap
import os
from pathlib import Path

STATES = ["warm", "cold", "dropped"]
ASKED = "GWAS_DROP_CACHES"
_DROP = Path("/proc/sys/vm/drop_caches")
_SLACK = 0.01  # of the pages: what other processes may read back meanwhile


class StillWarm(RuntimeError):
    """The kernel kept pages that it was asked to let go."""


def require(state):
    """NotImplementedError when this state cannot be had here."""
    if state not in STATES:
        raise ValueError("cache is one of {}, not {!r}".format(", ".join(STATES), state))
    possible = os.environ.get(ASKED) == "1" and os.access(str(_DROP), os.W_OK)
    if state == "dropped" and not possible:
        raise NotImplementedError(
            "the machine's whole cache is only dropped for root, and only with {}=1".format(ASKED)
        )


def make(state, folder):
    """Bring a folder's files into a state of the cache."""
    if state == "cold":
        evict(folder)
    elif state == "dropped":
        os.sync()
        _DROP.write_text("3\n")


def evict(folder):
    """Have the kernel forget the pages of all files below a folder; StillWarm when it does not."""
    for file in _files(folder):
        descriptor = os.open(str(file), os.O_RDONLY)
        try:
            os.fsync(descriptor)  # a page that is not on disk yet cannot be forgotten
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
    kept = resident(folder)
    if kept > _SLACK:
        raise StillWarm(
            "{:.0%} of {} is still in the page cache: does another process read it, or is it "
            "another user's? (the kernel shows and evicts only files that one may write)".format(
                kept, folder
            )
        )


def resident(folder):
    """The share of a folder's pages that are in the kernel's cache."""
    pages = there = 0
    for file in _files(folder):
        vector = _in_core(file)
        pages += len(vector)
        there += sum(byte & 1 for byte in vector)
    return there / pages if pages else 0.0


def _in_core(file):
    """mincore(2) of a file: a byte a page, its lowest bit set when the page is in memory."""
    length = os.path.getsize(str(file))
    if length == 0:
        return b""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    descriptor = os.open(str(file), os.O_RDONLY)
    try:
        address = libc.mmap(None, length, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
    finally:
        os.close(descriptor)
    if address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "mmap of {} failed".format(file))
    vector = ctypes.create_string_buffer((length + mmap.PAGESIZE - 1) // mmap.PAGESIZE)
    failed = libc.mincore(address, length, vector)
    libc.munmap(address, length)
    if failed:
        raise OSError(ctypes.get_errno(), "mincore of {} failed".format(file))
    return vector.raw


def _files(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())
