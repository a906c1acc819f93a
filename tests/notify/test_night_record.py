"""Monitoring and readers see when the last good night was, and what failed since."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.notify import night_record
from tools.notify.night_record import NOT_ENDED, Failure, NightRecord, status, write_status

SECRET = Failure("notifications were not sent", "mail:ann@example.org was not sent: TimeoutError")
PUBLISH = Failure("the site was not published", "asv failed")


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Records a night on a day of a machine; one that is killed has no failures."""

    def record(day: int, failures: list[Failure] | None, machine: str = "box") -> None:
        monkeypatch.setattr(night_record, "_now", lambda: f"2026-07-{day:02}T01:00:00+00:00")
        made = NightRecord(tmp_path, machine)
        if failures is not None:
            made.end(failures)

    return record


def test_without_a_night_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert status(tmp_path)["machines"] == {}


def test_each_machine_has_its_last_good_night_and_what_failed_since(
    tmp_path: Path, night: Callable[..., None]
) -> None:
    night(1, [SECRET], "old")
    for day, failures in enumerate(([PUBLISH], [], None, [PUBLISH, SECRET, SECRET]), start=1):
        night(day, failures)
    found = status(tmp_path)["machines"]
    assert found["old"]["last_good"] is None
    assert found["box"] == {
        "last_good": "2026-07-02T01:00:00+00:00",
        "last_night": {"began": "2026-07-04T01:00:00+00:00", "ended": "2026-07-04T01:00:00+00:00"},
        "failed_nights": 2,
        "failed": [
            {"began": "2026-07-03T01:00:00+00:00", "parts": [NOT_ENDED]},
            {"began": "2026-07-04T01:00:00+00:00", "parts": [PUBLISH.part, SECRET.part]},
        ],
    }
    night(5, [])
    found = status(tmp_path)["machines"]["box"]
    assert (found["failed_nights"], found["failed"]) == (0, [])


def test_a_night_that_runs_has_not_failed_yet(tmp_path: Path, night: Callable[..., None]) -> None:
    night(1, [])
    night(2, None)
    found = status(tmp_path)["machines"]["box"]
    assert found["failed_nights"] == 0
    assert found["last_night"] == {"began": "2026-07-02T01:00:00+00:00", "ended": None}


def test_the_text_of_a_warning_is_the_operators(
    tmp_path: Path, night: Callable[..., None]
) -> None:
    night(1, [SECRET])
    write_status(tmp_path, tmp_path / "html")
    assert "ann@" not in (tmp_path / "html" / "status.json").read_text()
    assert "ann@" in (tmp_path / "box" / "nights.jsonl").read_text()


def test_the_record_is_bounded_and_keeps_the_last_good_night(
    tmp_path: Path, night: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night_record, "_KEPT", 5)
    night(1, [])
    for day in range(2, 31):
        night(day, [Failure("a part", "x" * 10_000)] * 1000)
    lines = (tmp_path / "box" / "nights.jsonl").read_text().splitlines()
    assert len(lines) == 6
    assert sum(map(len, lines)) < 6 * 20_000
    found = status(tmp_path)["machines"]["box"]
    assert found["last_good"] == "2026-07-01T01:00:00+00:00"
    assert found["failed_nights"] == 5


def test_a_damaged_line_costs_only_itself(tmp_path: Path, night: Callable[..., None]) -> None:
    night(1, [])
    path = tmp_path / "box" / "nights.jsonl"
    wrong = [{}, {"began": 3}, {"began": "x", "ended": []}, {"began": "x", "failed": "y"}, [], 1]
    text = path.read_text()
    path.write_bytes(b"\xff{\n" + text.encode() + "\n".join(map(json.dumps, wrong)).encode())
    assert status(tmp_path)["machines"]["box"]["last_good"] == "2026-07-01T01:00:00+00:00"
    night(2, [PUBLISH])
    assert status(tmp_path)["machines"]["box"]["failed_nights"] == 1
