"""Verify a prepared data set: read every format and table again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from datasets import formats
from datasets.identity import identity
from datasets.prepare import file_sha256, read
from datasets.progress import Reporter
from tools.common.errors import DamagedError, MissingError, UnreachableError
from tools.common.process import ProgramError


class Finding(NamedTuple):
    """`state` is `good`, `damaged`, or `unchecked` where the program to read it is missing."""

    part: str
    state: str
    detail: str


def verify(folder: Path, reporter: Reporter) -> Iterator[Finding]:
    """Yield a Finding for each part of a data set's folder."""
    description = read(folder)
    for name, expected in description["files"].items():
        path = folder / name
        if not path.exists():
            yield Finding(name, "damaged", "missing")
        elif file_sha256(path) != expected:
            yield Finding(name, "damaged", "changed since it was written")
        else:
            yield Finding(name, "good", "")
    for format in description["formats"]:
        yield _format(folder, format, description, reporter)


def _format(folder: Path, format: str, description: dict, reporter: Reporter) -> Finding:
    if not formats.is_there(folder, format):
        return Finding(format, "damaged", "files are missing")
    try:
        with (
            reporter.stage(f"reading {format}", description["n_variants"]) as advance,
            formats.opened(folder, format) as store,
        ):
            content = identity(store, advance).sha256
    except (MissingError, UnreachableError) as error:
        return Finding(format, "unchecked", str(error))
    except (DamagedError, ProgramError) as error:
        return Finding(format, "damaged", str(error).splitlines()[0])
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        # the readers raise any of these for a broken file
        return Finding(format, "damaged", f"{type(error).__name__}: {error}"[:200])
    if content != description["sha256"]:
        expected = description["sha256"][:12]
        return Finding(format, "damaged", f"content is {content[:12]}, not {expected}")
    return Finding(format, "good", content[:12])
