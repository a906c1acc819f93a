"""`python -m tools alerts`: what people may decide about which event."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from asv.machine import Machine

from tests.alerts.made import KEY, MadeLaboratory, add_event, proof
from tests.upstreams.examples import GitUpstream, upstream
from tools.__main__ import main
from tools.alerts import states
from tools.alerts.store import Store
from tools.cli import decisions
from tools.common import paths
from tools.environments import machine
from tools.execution import measurement
from tools.upstreams import config
from tools.upstreams.mirror import Mirror


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    made = Store(tmp_path / "alerts.sqlite")
    monkeypatch.setattr(decisions, "open_store", lambda: made)
    yield made
    made.close()


@pytest.mark.parametrize("action", [["ack"], ["expect"], ["suppress", "--until", "2999-01-01"]])
@pytest.mark.parametrize("state", [states.REFUTED, states.MERGED])
def test_nothing_is_decided_about_what_is_no_event(
    kept: Store, capsys: pytest.CaptureFixture[str], action: list[str], state: str
) -> None:
    event = add_event(kept, "a", "b", 2.0)
    kept.set_state(event.id, state, "ratio 1.01")
    assert main(["alerts", *action, str(event.id), "--why", "x"]) == 2
    said = capsys.readouterr().err
    assert said == f"error: event 1 is {state} (ratio 1.01): there is nothing to decide\n"
    assert kept.get(event.id).state == state


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ack", "1", "--why", " "], "say why"),
        (["ack", "9" * 20, "--why", "x"], f"'{'9' * 20}' is no event's number"),
        (["show", "-1"], "'-1' is no event's number"),
        (["show", "x"], "'x' is no event's number"),
        (["suppress", "1", "--why", "x", "--until", "2020-01-01"], "2020-01-01 is no day to come"),
        (["suppress", "1", "--why", "x", "--until", "soon"], "not a date"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    kept: Store, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    add_event(kept, "a", "b", 2.0)
    with pytest.raises(SystemExit, match="2"):
        main(["alerts", *words])
    assert said in capsys.readouterr().err
    assert kept.get(1).state == states.NEW


@pytest.mark.parametrize(
    "decision", [["ack"], ["expect"], ["suppress", "--until", "2999-01-01"], None]
)
@pytest.mark.parametrize("outcome", [states.CONFIRMED, states.REFUTED, states.NEW])
def test_a_decision_can_be_withdrawn(
    kept: Store, capsys: pytest.CaptureFixture[str], decision: list[str] | None, outcome: str
) -> None:
    event = add_event(kept, "a", "b", 2.0)
    if outcome != states.NEW:
        kept.add_evidence(event.id, confirmation=replace(proof(KEY, 2.0), outcome=outcome))
    if decision is None:
        kept.set_state(event.id, states.RESOLVED, "recovered by event 2")
    else:
        assert main(["alerts", *decision, "1", "--why", "by mistake"]) == 0
    assert main(["alerts", "reopen", "1", "--why", "it was event 2"]) == 0
    assert capsys.readouterr().out.endswith(f"event 1 is {outcome}\n")
    again = kept.get(event.id)
    assert (again.state, again.why, again.until) == (outcome, "it was event 2", None)
    assert len(kept.history(event.id)) == 3


@pytest.mark.parametrize("state", [states.NEW, states.CONFIRMED, states.REFUTED, states.MERGED])
def test_where_nothing_was_decided_nothing_is_withdrawn(
    kept: Store, capsys: pytest.CaptureFixture[str], state: str
) -> None:
    event = add_event(kept, "a", "b", 2.0)
    kept.set_state(event.id, state, "")
    assert main(["alerts", "reopen", "1", "--why", "x"]) == 2
    said = capsys.readouterr().err
    assert said == f"error: event 1 is {state}: there is no decision to withdraw\n"
    assert kept.get(event.id).state == state


@pytest.fixture
def laboratory(monkeypatch: pytest.MonkeyPatch) -> MadeLaboratory:
    """What `confirm` measures with."""
    made = MadeLaboratory({"a": 1.0, "b": 2.0})
    monkeypatch.setattr(measurement, "Laboratory", lambda *_: made)
    monkeypatch.setattr(machine, "measuring_lock", lambda _: contextlib.nullcontext())
    return made


def test_an_event_is_measured_again_on_its_machine(
    kept: Store, laboratory: MadeLaboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Machine, "get_unique_machine_name", lambda: "box")
    event = add_event(kept, "a", "b", 2.0)
    assert main(["alerts", "confirm", "1"]) == 0
    assert kept.get(event.id).state == states.CONFIRMED


def test_an_event_of_another_machine_is_not_measured_here(
    kept: Store, laboratory: MadeLaboratory, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(Machine, "get_unique_machine_name", lambda: "other")
    event = add_event(kept, "a", "b", 2.0)
    assert main(["alerts", "confirm", "1"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: event 1 is of machine box, and this is other\n")
    assert "alerts compare a b " in said
    assert kept.get(event.id).state == states.NEW
    assert laboratory.asked == []


def test_show_has_the_commit_and_an_address(
    kept: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    git = GitUpstream(tmp_path / "upstream")
    old, new = git.commit("start", tag="0.1"), git.commit("Use one pass #911")
    links = {"pull_request": "https://example.org/pull/{number}"}
    tool = upstream("sgkit", git.path, links=links)
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    Mirror(paths.mirror_dir()).update([tool], say=lambda _: None)
    monkeypatch.setattr(config, "load", lambda _: {"sgkit": tool})
    monkeypatch.setenv("GWAS_SITE_URL", "https://perf.example.org")
    event = add_event(kept, old, new, 2.0)
    place = {"good": old, "bad": new, "between": [], "finished": True}
    kept.add_evidence(event.id, confirmation=proof(KEY, 2.0), range=place)
    assert main(["alerts", "show", "1"]) == 0
    shown = capsys.readouterr().out
    assert f"commit   {new}" in shown
    assert "subject  Use one pass #911" in shown
    assert "see      https://example.org/pull/911" in shown
    assert "page     https://perf.example.org/alerts.html?event=1" in shown


@pytest.mark.parametrize("action", [["show", "1"], ["digest"]])
def test_a_site_that_makes_no_links_is_refused(
    kept: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    action: list[str],
) -> None:  # fmt: skip
    add_event(kept, "a", "b", 2.0)
    assert main(["alerts", *action, "--site", "perf.example.org"]) == 2
    monkeypatch.setenv("GWAS_SITE_URL", "perf.example.org")
    assert main(["alerts", *action]) == 2
    error = "error: 'perf.example.org' is not an address of a site\n"
    assert capsys.readouterr().err.count(error) == 2
    assert main(["alerts", "list"]) == 0  # which needs none


def test_show_needs_no_mirror(
    kept: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "none"))
    event = add_event(kept, "a", "b", 2.0)
    kept.add_evidence(event.id, range={"good": "a", "bad": "b", "between": [], "finished": True})
    assert main(["alerts", "show", "1"]) == 0
    assert "2 x slower at b" in capsys.readouterr().out
