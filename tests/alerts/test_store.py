"""A damaged memory is known when it is opened, and not in the middle of a night."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.alerts.store import Store
from tools.common.errors import DamagedError


@pytest.mark.parametrize("start", [0, 2 * 4096])
def test_a_damaged_file_is_named(tmp_path: Path, start: int) -> None:
    path = tmp_path / "alerts.sqlite"
    Store(path).close()
    content = bytearray(path.read_bytes())
    content[start : start + 4096] = b"x" * 4096
    path.write_bytes(content)
    with pytest.raises(DamagedError, match="move it away"):
        Store(path)
