"""uv, which resolves, builds and installs: the one of the tracker's own packages."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from uv import find_uv_bin

from tools.common import process
from tools.upstreams.index_source import index_url

_CHOSEN = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")  # an index that the user has chosen for uv


def run(
    *args: str | Path, env: Mapping[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """`process.run` of uv, on the package index that the histories come from."""
    return process.run([find_uv_bin(), *args], env={**_index(), **(env or {})}, **options)


def _index() -> dict[str, str]:
    """What has uv ask pip's index: it does not read pip's configuration."""
    url = None if any(map(os.environ.get, _CHOSEN)) else index_url()
    return {"UV_DEFAULT_INDEX": url} if url else {}
