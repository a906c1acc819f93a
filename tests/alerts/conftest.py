"""What the tests of events share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.alerts.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "alerts.sqlite")
    yield made
    made.close()
