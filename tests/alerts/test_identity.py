"""A series is named by its parameter values: lists may change, and nobody hears of it twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from asv.results import Results
from asv.runner import BenchmarkResult

from benchmarks._harness.ledger import Ledger
from tools.alerts.events import Event
from tools.alerts.states import CONFIRMED
from tools.alerts.store import Store
from tools.alerts.verification import Verifier
from tools.nightly.history import History
from tools.notify import message
from tools.results import lines, table
from tools.results.series_key import SeriesKey
from tools.site import alerts_page
from tools.upstreams.mirror import Mirror

NAME = "pca.Sgkit.time_compute"
COMMITS = [f"{number:08x}".ljust(40, "0") for number in range(16)]
STEP = 8
BEFORE = [["'smoke'", "'big'"], ["1", "2"]]
AFTER = {
    "in front": [["'new'", "'smoke'", "'big'"], ["1", "2"]],
    "in the middle": [["'smoke'", "'new'", "'big'"], ["1", "2"]],
    "at the end": [["'smoke'", "'big'", "'new'"], ["1", "2"]],
    "of a second axis": [["'smoke'", "'big'"], ["1", "16", "2"]],
    "removed": [["'big'"], ["1", "2"]],
}
SLOWER = SeriesKey.of(NAME, {"data": "'big'", "cores": "1"})


def benchmarks(params: list[list[str]]) -> dict[str, dict[str, Any]]:
    entry = {"name": NAME, "version": "1", "type": "time", "unit": "seconds", "code": "",
             "param_names": ["data", "cores"], "params": params}  # fmt: skip
    return {NAME: entry}


def truth(key: SeriesKey, commit: str) -> float:
    """Each series has a level of its own; one of them doubles."""
    level = sum(map(ord, str(key))) / 1000
    return 2 * level if key == SLOWER and COMMITS.index(commit) >= STEP else level


class Checkout:
    """Results of all commits, measured with the lists of BEFORE, and a store of events."""

    def __init__(self, path: Path) -> None:
        self.path, self.store = path, Store(path / "alerts.sqlite")
        (path / "box").mkdir()
        (path / "box" / "machine.json").write_text('{"machine": "box", "version": 1}')
        listed = benchmarks(BEFORE)[NAME]
        for commit in COMMITS:
            values = [truth(SeriesKey.at(listed, at), commit) for at in range(4)]
            nothing: list[None] = [None] * 4
            result = Results(
                {"machine": "box", "stack": "frozen"}, {}, commit, 1, "auto", "env", {}
            )
            result.add_result(listed, BenchmarkResult(values, nothing, nothing, 0, "", None))
            result.save(str(path))

    def found(self, params: list[list[str]]) -> History:
        """What a night reads with these lists."""
        revisions = {commit: at for at, commit in enumerate(COMMITS)}
        read = lines.read(
            table.read(self.path), benchmarks(params), revisions, {"sgkit": set(COMMITS)}
        )
        return History(read.series(), dict(enumerate(COMMITS)), {"sgkit": COMMITS[::-1]}, "box")

    def record(self, params: list[list[str]]) -> list[Event]:
        return self.found(params).record(self.store, frozenset({"sgkit"}))

    def page(self, params: list[list[str]]) -> dict[str, Any]:
        found = self.found(params)
        site = alerts_page.Site(
            found.series, found.hashes, Mirror(self.path / "none"), {}, {}, set(), {}
        )
        return json.loads(json.dumps(alerts_page._page(self.store.get(1), self.store, site)))

    def value(self, commit: str, place: str, key: SeriesKey) -> float:
        """As a laboratory: the value of the parameter set that asv would be asked for."""
        listed = benchmarks(self.lists)
        return truth(SeriesKey.of_target(key.target(listed), listed), commit)

    def confirm(self, params: list[list[str]]) -> float:
        self.lists = params
        event = self.store.get(1)
        verdict = Verifier(self.store, self, lambda: None).confirm(event, afresh=True)
        assert verdict.outcome == CONFIRMED
        return verdict.ratio


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    made = Checkout(tmp_path)
    (event,) = made.record(BEFORE)
    assert [line.key for line in event.series] == [SLOWER]
    assert made.confirm(BEFORE) == pytest.approx(2.0)
    for number in range(4):
        made.store.add_repeat("frozen", "box", SLOWER, COMMITS[0], 1.0, 1.0 + number / 1000)
    return made


@pytest.mark.parametrize("where", AFTER)
def test_a_value_that_is_added_or_removed_changes_no_event(checkout: Checkout, where: str) -> None:
    params = AFTER[where]
    assert SLOWER.index(benchmarks(BEFORE)) == 2
    before = checkout.store.all()
    page, command = checkout.page(BEFORE), message.command(before[0])
    assert checkout.record(params) == []  # nobody is told a second time
    assert checkout.store.all() == before
    assert checkout.page(params) == page
    assert len(page["series"][0]["points"]) == len(COMMITS)
    assert "p-data=%27big%27" in page["series"][0]["graph"]
    assert command is not None
    assert " cores=1 data=big " in command
    assert message.command(checkout.store.get(1)) == command
    assert checkout.confirm(params) == pytest.approx(2.0)
    pairs = checkout.store.repeats("frozen", "box")
    (own,) = [one for one in checkout.found(params).series if one.key in pairs]
    assert own.points[-1].value == truth(SLOWER, COMMITS[-1])


def test_a_series_that_is_gone_is_matched_by_none(checkout: Checkout) -> None:
    params = [["'smoke'"], ["1", "2"]]
    before = checkout.store.all()
    assert checkout.record(params) == []
    assert checkout.store.all() == before
    assert "points" not in checkout.page(params)["series"][0]
    with pytest.raises(KeyError):
        SLOWER.target(benchmarks(params))


def test_the_harness_writes_the_names_that_the_tracker_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GWAS_LEDGER", str(tmp_path / "ledger.jsonl"))
    ledger = Ledger("sgkit")
    for values in ({"data": "big", "cores": 1}, {"r2": 0.5, "data": "it's"}, {}):
        ledger.add("measure", 1.0)
        ledger.flush(NAME, values)
        line = json.loads((tmp_path / "ledger.jsonl").read_text().splitlines()[-1])
        key = SeriesKey.of(NAME, {name: repr(value) for name, value in values.items()})
        assert SeriesKey.parse(line["benchmark"]) == key
        assert line["benchmark"] == str(key)
