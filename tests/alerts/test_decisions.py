"""`python -m tools alerts`: what people may decide about which event."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.made import TARGET, add_event, proof
from tests.upstreams.made import GitUpstream, upstream
from tools.__main__ import main
from tools.alerts import decisions, events
from tools.alerts.store import Store
from tools.common import paths
from tools.upstreams import config
from tools.upstreams.mirror import Mirror


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
    assert kept.get(1).state == events.NEW


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
    kept.learn(event.id, confirmation=proof(TARGET, 2.0), range=place)
    assert main(["alerts", "show", "1"]) == 0
    shown = capsys.readouterr().out
    assert f"commit   {new}" in shown
    assert "subject  Use one pass #911" in shown
    assert "see      https://example.org/pull/911" in shown
    assert "page     https://perf.example.org/alerts.html?event=1" in shown


def test_show_needs_no_mirror(
    kept: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "none"))
    event = add_event(kept, "a", "b", 2.0)
    kept.learn(event.id, range={"good": "a", "bad": "b", "between": [], "finished": True})
    assert main(["alerts", "show", "1"]) == 0
    assert "2 x slower at b" in capsys.readouterr().out
