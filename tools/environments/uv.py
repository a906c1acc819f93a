"""Run uv, which resolves, builds and installs, on the package index that pip uses."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from uv import find_uv_bin

from tools.common import process
from tools.common.errors import UnreachableError
from tools.upstreams.index_source import index_url

_OF_USER = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")  # the user's own index for uv
_NO_NETWORK = re.compile("dns error|connect|timed out|error sending request", re.IGNORECASE)


def run(
    *args: str | Path, env: Mapping[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """`process.run` for uv, with `options` of it; UnreachableError without a network."""
    with reaching_the_index():
        return process.run([find_uv_bin(), *args], env={**index(), **(env or {})}, **options)


@contextmanager
def reaching_the_index() -> Iterator[None]:
    """UnreachableError instead of an error of uv that comes from a missing network."""
    try:
        yield
    except process.ProgramError as error:
        if not _NO_NETWORK.search(error.output):
            raise
        raise UnreachableError(
            "the package index does not answer",
            hint="check the network and run the command again: measured values are kept",
        ) from None


def index() -> dict[str, str]:
    """The variable that names pip's index, because uv does not read pip's configuration."""
    url = None if any(map(os.environ.get, _OF_USER)) else index_url()
    return {"UV_DEFAULT_INDEX": url} if url else {}
