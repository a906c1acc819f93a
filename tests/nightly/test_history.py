"""What a night reads of all results."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from asv.machine import Machine, MachineCollection

from tools.alerts.store import Store
from tools.common import asv_config
from tools.nightly.history import History
from tools.results import asv_storage
from tools.results.series import Point, Series
from tools.results.series_key import SeriesKey
from tools.upstreams.asv_repo import UnionRepo


def test_what_other_machines_have_measured_is_not_this_ones() -> None:
    def series(machine: str, values: Sequence[float]) -> Series:
        points = [Point(at, value, None) for at, value in enumerate(values)]
        place = {"branch": "sgkit", "stack": "frozen", "machine": machine}
        return Series("pca.Sgkit.time_compute", 0, {"cores": "1"}, place, "", points)

    all_series = [series("box", [1.0, 2.0]), series("other", [1.0, 1.0, 2.0])]
    found = History(all_series, {0: "a", 1: "b", 2: "c"}, {}, "box")
    assert found.of_stack("frozen") == all_series[:1]
    assert found.measured("frozen") == {"a", "b"}
    key = SeriesKey.of("pca.Sgkit.time_compute", {"cores": "1"})
    assert found.newest_timings("frozen") == [("b", key)]


@pytest.mark.parametrize(("shared", "tools"), [(12, ["one"]), (6, ["one", "two"])])
def test_a_change_before_the_fork_of_two_branches_is_one_event(
    tmp_path: Path, shared: int, tools: list[str]
) -> None:
    """Both branches show the change at the commit c8; `shared` is the number of common commits."""
    names = [f"c{number}" for number in range(12)]
    lines = {tool: [*names[:shared], *(f"{tool}-{name}" for name in names[shared:])]
             for tool in ("one", "two")}  # fmt: skip
    hashes = dict(enumerate(dict.fromkeys(lines["one"] + lines["two"])))
    revisions = {commit: revision for revision, commit in hashes.items()}
    all_series = [
        Series("pca.Sgkit.time_compute", 0, {"cores": "1"},
               {"branch": tool, "stack": "frozen", "machine": "box"}, "",
               [Point(revisions[commit], 1.0 + (number >= 8) + number / 1000, None)
                for number, commit in enumerate(line)])
        for tool, line in lines.items()
    ]  # fmt: skip
    history = History(
        all_series, hashes, {tool: line[::-1] for tool, line in lines.items()}, "box"
    )
    with closing(Store(tmp_path / "alerts.sqlite")) as store:
        events = history.record(store, frozenset({"sgkit"}))
    assert [event.tool for event in events] == tools


def test_this_machine_is_the_one_of_asvs_file_and_not_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New hardware of the same host name measures as itself, once it has a name of its own."""
    monkeypatch.setattr(MachineCollection, "get_machine_file_path", lambda: str(tmp_path / "file"))
    host = Machine.get_unique_machine_name()
    assert asv_storage.machine_name() == host
    MachineCollection.save(host, {**Machine.get_defaults(), "machine": "new-box"})
    assert asv_storage.machine_name() == "new-box"
    conf = asv_config.load()
    conf.results_dir = str(tmp_path)
    monkeypatch.setattr(UnionRepo, "__init__", lambda *_: None)
    monkeypatch.setattr(UnionRepo, "get_revisions", lambda *_: {})
    assert History.read(conf, []).machine == "new-box"
