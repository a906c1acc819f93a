"""What the tests of events share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.made import KEY, add_event
from tools.alerts import states
from tools.alerts.events import Event
from tools.alerts.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "alerts.sqlite")
    yield made
    made.close()


@pytest.fixture
def event(store: Store) -> Event:
    """A slow-down that was confirmed."""
    made = add_event(store, "a" * 40, "b" * 40, 1.5)
    proof = {
        "ratio": 1.48,
        "low": 1.4,
        "high": 1.56,
        "pairs": 6,
        "outcome": "confirmed",
        "key": str(KEY),
    }
    store.add_evidence(made.id, confirmation=proof)
    store.set_state(made.id, states.CONFIRMED, "measured")
    return store.get(made.id)
