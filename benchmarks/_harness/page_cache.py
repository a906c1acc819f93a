"""Evict files from the kernel's page cache, without root, and verify it.

This module needs nothing but Python: dask_existing.py sends its text to workers.
"""

import ctypes
import mmap
import os
from pathlib import Path

STATES = ["warm", "cold", "dropped"]
ASKED = "GWAS_DROP_CACHES"
_DROP = Path("/proc/sys/vm/drop_caches")
_SLACK = 0.01  # of the pages: other processes may read some back


class StillWarm(RuntimeError):
    """The kernel did not evict all pages."""


def require(state):
    """NotImplementedError when this state cannot be produced here."""
    if state not in STATES:
        raise ValueError("cache is one of {}, not {!r}".format(", ".join(STATES), state))
    possible = os.environ.get(ASKED) == "1" and os.access(str(_DROP), os.W_OK)
    if state == "dropped" and not possible:
        raise NotImplementedError(
            "the machine's whole cache is only dropped for root, and only with {}=1".format(ASKED)
        )


def make(state, folder):
    """Bring the files of a folder into a state of the page cache."""
    if state == "cold":
        evict(folder)
    elif state == "dropped":
        os.sync()
        _DROP.write_text("3\n")


def evict(folder):
    """Evict all files below a folder from the page cache; StillWarm when the kernel keeps them."""
    for file in _files(folder):
        descriptor = os.open(str(file), os.O_RDONLY)
        try:
            os.fsync(descriptor)  # a page that is not on disk yet cannot be evicted
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
    kept = resident(folder)
    if kept > _SLACK:
        raise StillWarm(
            "{:.0%} of {} is still in the page cache. Another process reads it, or it belongs to "
            "another user: only files that you may write can be evicted".format(kept, folder)
        )


def resident(folder):
    """The share of a folder's pages that are in the page cache."""
    pages = cached = 0
    for file in _files(folder):
        vector = _in_core(file)
        pages += len(vector)
        cached += sum(byte & 1 for byte in vector)
    return cached / pages if pages else 0.0


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
