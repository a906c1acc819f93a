"""A night of which a part failed says so, and ends with a code of its own."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asv.machine import Machine

from tests.alerts.made import KEY
from tests.alerts.servers import Web, running
from tests.notify.hostile import Hostile, http
from tools.__main__ import main
from tools.alerts import backup, events, states
from tools.alerts.events import Event, SeriesChange
from tools.alerts.store import Store
from tools.cli import decisions, nightly
from tools.common import asv_config, files
from tools.common.errors import ConfigError, DiskFullError, UnreachableError
from tools.common.process import ProgramError
from tools.execution import asv_run
from tools.nightly import night
from tools.nightly.commit_runs import CommitRuns
from tools.nightly.history import History
from tools.nightly.night_log import NightLog
from tools.notify import heartbeat, http_request
from tools.notify.channels import Webhook
from tools.notify.delivery import Delivery
from tools.results.series import Point, Series
from tools.upstreams.mirror import Mirror


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The events of a checkout that has nothing new to measure, and where all goes well."""
    made = Store(tmp_path / "alerts.sqlite")
    conf = asv_config.load()
    conf.results_dir, conf.html_dir = str(tmp_path / "results"), str(tmp_path / "html")
    files.write_text(tmp_path / "results" / "benchmarks.json", '{"version": 2}')
    here = {"branch": "sgkit", "stack": "frozen", "machine": Machine.get_unique_machine_name()}
    series = Series("pca.Sgkit.track_error", None, {}, here, "", [Point(0, 1.0, None)])
    found = History([series], {0: "c0"}, {"sgkit": ["c0"]}, str(here["machine"]))
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path))
    monkeypatch.setenv("GWAS_NO_PULL", "1")
    monkeypatch.delenv("GWAS_SITE_URL", raising=False)
    monkeypatch.setattr(asv_config, "load", lambda: conf)
    monkeypatch.setattr(nightly, "open_store", lambda: made)
    monkeypatch.setattr(nightly, "PRESET", ("sentinels",))  # which need no data set
    monkeypatch.setattr(History, "read", lambda *_: found)
    monkeypatch.setattr(Mirror, "update", lambda *_, **__: [])
    monkeypatch.setattr(asv_run, "publish", lambda site: None)
    monkeypatch.setattr(night, "measuring_lock", lambda *_: contextlib.nullcontext())
    yield made
    made.close()


def test_the_budget_begins_when_the_upstreams_are_updated(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, ends = [1000.0], []

    def update(*_: object, **__: object) -> list[str]:
        now[0] += 600
        return []

    monkeypatch.setattr(night, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(Mirror, "update", update)
    monkeypatch.setattr(CommitRuns, "measure_new", lambda _self, _found, until: ends.append(until))
    monkeypatch.setattr(CommitRuns, "backfill", lambda *_: False)
    assert main(["nightly", "--hours", "0.1"]) == 0
    assert ends == [pytest.approx(1600 + 0.6 * 360)]


def fails(error: Exception) -> object:
    def call(*_: object, **__: object) -> None:
        raise error

    return call


def test_a_night_without_news(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nightly"]) == 0
    assert capsys.readouterr().out == "0 new events\n"


@pytest.mark.parametrize(
    ("place", "name", "instead", "said"),
    [
        (Mirror, "update", lambda *_, **__: ["sgkit"], "sgkit was not updated"),
        (Mirror, "update", fails(UnreachableError("no network")), "no network; using"),
        (asv_run, "publish", fails(ProgramError("asv failed", "", 1)), "was not published"),
        (
            History,
            "read",
            lambda *_: History([], {}, {"sgkit": []}, "box"),
            "there are no results",
        ),
        (nightly.config, "operator", lambda _: {"webhook": "GWAS_ABSENT"}, "GWAS_ABSENT"),
    ],
)
def test_what_failed_is_in_the_digest(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    place: object, name: str, instead: object, said: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(place, name, instead)
    assert main(["nightly"]) == 14
    _, _, digest = capsys.readouterr().out.partition("0 new events\n")
    assert digest.startswith("failed: ")
    assert said in digest


def machine_stepped(store: Store) -> None:
    line = SeriesChange(KEY, "", "seconds", False, 1.0, 2.0)
    event = store.add("sgkit", "frozen", "box", events.MACHINE, "c0", "c1", [line])
    store.set_state(event.id, states.CONFIRMED, "")


@pytest.mark.parametrize("options", [[], ["--exit-code"]])
def test_a_night_of_which_a_part_failed_says_so_whatever_it_found(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    options: list[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("GWAS_HOOK", "http://127.0.0.1:9/nobody")
    monkeypatch.setattr(nightly.config, "operator", lambda _: {"webhook": "GWAS_HOOK"})
    machine_stepped(store)
    assert main(["nightly", *options]) == 14
    assert "1 new events\nfailed: " in capsys.readouterr().out


def test_news_has_an_exit_code_only_where_it_is_asked_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine_stepped(store)
    assert main(["nightly"]) == 0
    machine_stepped(store)
    assert main(["nightly", "--exit-code"]) == 12
    assert main(["nightly", "--exit-code"]) == 0
    monkeypatch.setattr(decisions, "open_store", lambda: store)
    assert main(["alerts", "digest"]) == 0
    assert main(["alerts", "digest", "--exit-code"]) == 12


def test_the_digest_of_a_night_that_was_killed_while_telling_is_the_next_nights(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine_stepped(store)
    machine_stepped(store)
    sent: list[int] = []

    def send(_self: Webhook, event: Event, _text: object, _store: Store) -> None:
        sent.append(event.id)
        if event.id == 2:
            raise KeyboardInterrupt

    monkeypatch.setenv("GWAS_HOOK", "http://127.0.0.1:9/nobody")
    monkeypatch.setattr(nightly.config, "operator", lambda _: {"webhook": "GWAS_HOOK"})
    with monkeypatch.context() as killed:
        killed.setattr(Webhook, "send", send)
        assert main(["nightly"]) == 130
    assert sent == [1, 2]
    assert "to tell of" not in capsys.readouterr().out
    assert main(["nightly"]) == 14  # nobody answers the webhook
    assert "2 new events" in capsys.readouterr().out
    assert main(["nightly"]) == 14  # the webhook is still to be told
    assert "0 new events" in capsys.readouterr().out


def test_a_digest_that_could_not_be_written_is_the_next_nights(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine_stepped(store)
    full = OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as disk:
        disk.setattr(NightLog, "say", fails(full))
        assert main(["nightly"]) == 8
    assert main(["nightly", "--exit-code"]) == 12
    assert "1 new events" in capsys.readouterr().out


@pytest.mark.parametrize("hours", ["-1", "nan", "inf", "x"])
def test_a_budget_is_a_number_of_hours(
    store: Store, capsys: pytest.CaptureFixture[str], hours: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["nightly", "--hours", hours])
    assert f"{hours!r} is no number of hours" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("pattern", "said"), [("(", "is not a regular expression"), ("nosuch", "matches no benchmark")]
)
def test_what_cannot_be_measured_is_said_at_once(
    store: Store, capsys: pytest.CaptureFixture[str], pattern: str, said: str
) -> None:
    assert main(["nightly", "--bench", pattern]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith(f"error: --bench '{pattern}' {said}")


def test_a_night_without_data_sets_is_refused_and_no_commit_counts_as_measured(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["nightly", "--bench", r"pca\.Sgkit\.time_compute\('1kg-sites', 1\)"]) == 4
    assert "datasets prepare 1kg-sites --formats zarr" in capsys.readouterr().err
    assert store.nights("frozen", Machine.get_unique_machine_name()) == {}


def test_a_mistake_in_one_part_keeps_nobody_from_being_told(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine_stepped(store)
    published = []
    monkeypatch.setattr(night.Night, "_investigate", fails(KeyError("a bug")))
    monkeypatch.setattr(asv_run, "publish", published.append)
    assert main(["nightly"]) == 14
    out, error = capsys.readouterr()
    assert "1 new events\nfailed: the events were not investigated: KeyError" in out
    assert "Traceback" in error
    assert published


@pytest.mark.parametrize("place", ["--site", "GWAS_SITE_URL"])
def test_a_site_that_makes_no_links_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    words = ["--site", "perf.example.org"] if place == "--site" else []
    if not words:
        monkeypatch.setenv(place, "perf.example.org")
    assert main(["nightly", *words]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("error: 'perf.example.org' is not an address of a site\n")


def test_alerts_that_lead_to_nobodys_site_are_warned_of(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["nightly"]) == 0  # nothing is sent
    monkeypatch.setattr(nightly.config, "operator", lambda _: {"webhook": "GWAS_HOOK"})
    for words, code in ((["--site", "http://127.0.0.1:8080"], 0), ([], 14)):
        monkeypatch.setenv("GWAS_HOOK", "http://127.0.0.1:9/nobody")
        capsys.readouterr()
        assert main(["nightly", *words]) == code
        warned = "failed: no --site and no GWAS_SITE_URL: messages link to http://127.0.0.1"
        assert (warned in capsys.readouterr().out) == (code != 0)


def test_a_channel_that_is_added_to_the_table_hears_of_what_is_told_from_then_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web()
    machine_stepped(store)
    assert main(["nightly", "--exit-code"]) == 12
    monkeypatch.setattr(nightly.config, "operator", lambda _: {"webhook": "GWAS_HOOK"})
    site = ["--site", "https://perf.example.org"]
    with running(web.server):
        for told in (0, 1):
            monkeypatch.setenv("GWAS_HOOK", f"{web.url}/hook")
            assert main(["nightly", "--exit-code", *site]) == (12 if told else 0)
            assert len(web.requests) == told
            machine_stepped(store)


def status_of_this_machine(tmp_path: Path) -> dict[str, Any]:
    """status.json, which is the same in the cache and in the site."""
    texts = [(tmp_path / folder / "status.json").read_text() for folder in ("", "html")]
    first, second = (json.loads(text)["machines"] for text in texts)
    assert first == second
    return dict(first[Machine.get_unique_machine_name()])


@pytest.fixture
def web(store: Store) -> Iterator[Web]:
    made = Web()
    with running(made.server):
        yield made


def test_a_good_night_is_a_heartbeat_and_no_other_is(
    store: Store, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    calls: list[str] = []
    ask = http_request.request

    def request(method: str, url: str, *rest: Any, **kwargs: Any) -> Any:
        calls.append(f"{method} {url}")
        return ask(method, url, *rest, **kwargs)

    def night() -> int:
        monkeypatch.setenv("GWAS_HEARTBEAT_URL", f"{web.url}/secret-beat")
        return main(["nightly"])

    monkeypatch.setattr(http_request, "request", request)
    (tmp_path / "html").mkdir()
    assert night() == 0
    assert calls == [f"GET {web.url}/secret-beat"]
    assert "GWAS_HEARTBEAT_URL" not in os.environ  # upstream's code does not get it
    good = status_of_this_machine(tmp_path)
    assert good["last_good"] is not None
    with monkeypatch.context() as failing:
        failing.setattr(asv_run, "publish", fails(ProgramError("asv failed", "", 1)))
        assert night() == 14
    assert len(calls) == 1
    assert status_of_this_machine(tmp_path)["failed"][0]["parts"] == ["the site was not published"]
    web.statuses = {"/secret-beat": 500}
    assert night() == 14
    assert len(calls) == 2
    out = capsys.readouterr().out
    assert "warning: GWAS_HEARTBEAT_URL refused the message: HTTP 500" in out
    assert "secret-beat" not in out
    since = status_of_this_machine(tmp_path)
    assert since["last_good"] == good["last_good"]
    assert since["failed"][1]["parts"] == ["the heartbeat was not sent"]


def test_a_heartbeat_that_drips_is_cut(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(heartbeat.call, "__defaults__", (0.3,))
    began = time.monotonic()
    with running(server := Hostile(http("drip"))):
        monkeypatch.setenv("GWAS_HEARTBEAT_URL", f"http://{server.address}/")
        assert main(["nightly"]) == 14
    assert "warning: GWAS_HEARTBEAT_URL does not answer: TimeoutError" in capsys.readouterr().out
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("error", "code", "part"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (OSError(errno.ENOSPC, "No space left on device"), 8, "the disk is full"),
        (ConfigError("secret.toml: wrong"), 3, "configuration: a file or an environment variable"),
    ],
)
def test_a_night_that_ends_early_is_recorded(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    error: BaseException, code: int, part: str,
) -> None:  # fmt: skip
    (tmp_path / "html").mkdir()
    with monkeypatch.context() as ending:
        ending.setattr(night.Night, "run", fails(error))  # type: ignore[arg-type]
        assert main(["nightly"]) == code
    (failed,) = status_of_this_machine(tmp_path)["failed"]
    assert failed["parts"][0].startswith(part)
    assert "secret" not in str(failed)
    assert main(["nightly"]) == 0
    assert status_of_this_machine(tmp_path)["failed"] == []


def test_a_mistake_in_the_delivery_keeps_back_neither_copy_nor_record(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "html").mkdir()
    monkeypatch.setattr(Delivery, "deliver", fails(KeyError("a bug")))
    assert main(["nightly"]) == 14
    assert len(backup.listed(store.path)) == 1
    assert status_of_this_machine(tmp_path)["failed"][0]["parts"] == [
        "notifications were not sent"
    ]


def test_a_night_copies_the_database_and_says_if_it_could_not(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine_stepped(store)
    assert main(["nightly"]) == 0
    (copy,) = backup.listed(store.path)
    assert copy.events == 1
    monkeypatch.setattr(backup, "_copy", fails(DiskFullError("the disk is full")))
    assert main(["nightly"]) == 14
    assert (
        "failed: the alerts database was not copied: the disk is full" in capsys.readouterr().out
    )
