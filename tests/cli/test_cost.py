"""The cost table adds up to the wall time, and says which share was measurement."""

import argparse
import json
from pathlib import Path

import pytest

from tools.cli import cost
from tools.common.errors import DamagedError


def line(at: str, phase: str, seconds: float, tool: str = "sgkit") -> dict:
    return {"benchmark": "b", "tool": tool, "phase": phase, "seconds": seconds, "at": at}


LINE = line("2026-01-01T00:00:00+00:00", "process", 5)


def test_shares_of_one_process() -> None:
    rows = cost.add_up(
        [
            line("2026-01-01T00:00:00+00:00", "begin", 0, ""),
            line("2026-01-01T00:00:04+00:00", "environment", 4),
            line("2026-01-01T00:00:13+00:00", "measure", 6),
            line("2026-01-01T00:00:13+00:00", "setup", 1),
            line("2026-01-01T00:00:14+00:00", "process", 9),
        ]
    )
    row = rows["sgkit"]
    assert row["wall"] == pytest.approx(14)
    assert row["measure"] == pytest.approx(6)
    assert row["setup"] == pytest.approx(1)
    assert row["start"] == pytest.approx(2)  # the process's 9 s less what is explained
    assert row["environment"] == pytest.approx(4)
    assert row["asv"] == pytest.approx(1)
    assert rows["all"]["wall"] == pytest.approx(14)


def test_time_between_runs_that_share_a_ledger_does_not_count() -> None:
    rows = cost.add_up(
        [
            line("2026-01-01T00:00:00+00:00", "begin", 0, ""),
            line("2026-01-01T00:00:05+00:00", "process", 5),
            line("2026-01-01T00:10:00+00:00", "begin", 0, ""),
            line("2026-01-01T00:10:03+00:00", "process", 3),
        ]
    )
    assert rows["sgkit"]["wall"] == pytest.approx(8)


def test_a_damaged_ledger_is_named(tmp_path: Path) -> None:
    ledger = tmp_path / "l.jsonl"
    ledger.write_text("not json\n{}\n")
    with pytest.raises(DamagedError, match=r"l\.jsonl"):
        cost._read(ledger)


@pytest.mark.parametrize(
    "damage",
    [
        '{"b": ',
        "[" * 100_000,
        "7",
        "{}",
        json.dumps({**LINE, "at": "yesterday"}),
        json.dumps({**LINE, "at": "2026-01-01"}),
        json.dumps({**LINE, "seconds": "x"}),
        json.dumps({**LINE, "seconds": 10**400}),
        json.dumps({**LINE, "tool": None}),
        json.dumps({**LINE, "phase": []}),
    ],
    ids=range(10),
)
def test_a_damaged_line_costs_only_itself(
    tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = tmp_path / "l.jsonl"
    ledger.write_text(f"{json.dumps(LINE)}\n{damage}\n{json.dumps(LINE)}\n")
    assert cost.run(argparse.Namespace(ledger=ledger, json=False)) == 0
    assert cost._read(ledger) == [LINE, LINE]
    assert "l.jsonl: 1 damaged lines are left out" in capsys.readouterr().err
