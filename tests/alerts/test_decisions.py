"""`python -m tools alerts`: what people may decide about which event."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.made import add_event
from tools.__main__ import main
from tools.alerts import decisions, events
from tools.alerts.store import Store


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    made = Store(tmp_path / "alerts.sqlite")
    monkeypatch.setattr(decisions, "open_store", lambda: made)
    yield made
    made.close()


@pytest.mark.parametrize("action", [["ack"], ["expect"], ["suppress", "--until", "2999-01-01"]])
@pytest.mark.parametrize("state", [events.REFUTED, events.MERGED])
def test_nothing_is_decided_about_what_is_no_event(
    kept: Store, capsys: pytest.CaptureFixture[str], action: list[str], state: str
) -> None:
    event = add_event(kept, "a", "b", 2.0)
    kept.move(event.id, state, "ratio 1.01")
    assert main(["alerts", *action, str(event.id), "--why", "x"]) == 2
    said = capsys.readouterr().err
    assert said == f"error: event 1 is {state} (ratio 1.01): there is nothing to decide\n"
    assert kept.get(event.id).state == state
