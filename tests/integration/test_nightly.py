"""Nights over a made upstream whose tasks really compute: each planted change is told of once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.alerts.servers import Web, running
from tests.integration.kill_moments import Target
from tests.integration.toy import Upstream, track

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def toy(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Upstream:
    return track(checkout, tmp_path_factory.mktemp("upstream"))


class Week:
    """Nights one after the other, and what the tool's maintainers and the operator got."""

    def __init__(self, checkout: Path, command: Callable, web: Web) -> None:
        self.checkout, self._command, self._web = checkout, command, web

    def night(self) -> tuple[int, str]:
        """Exit code and output of a night that comes to its end."""
        done = self._command(*NIGHT)
        assert done.returncode in (0, 10, 11, 12), done.stdout + done.stderr
        assert "warning" not in done.stdout, done.stdout
        return done.returncode, done.stdout

    def killed_night(self) -> None:
        """A night that is killed when it has measured; a second one meanwhile keeps out."""
        with subprocess.Popen(
            [sys.executable, *NIGHT[1:]], cwd=self.checkout, env=without_cache(), text=True,
            stdout=subprocess.PIPE,
        ) as first:  # fmt: skip
            assert first.stdout is not None
            for line in first.stdout:
                if line.startswith("candidate"):
                    break
            assert self._command(*NIGHT).returncode == 7
            first.kill()

    def told(self, who: str) -> list[str]:
        """The messages that a webhook got, in order."""
        return [body["text"] for _, path, body in self._web.requests if path == f"/secret-{who}"]


NIGHT = (
    "python", "-m", "tools", "nightly", "--hours", "0.3", "--bench", "toy_task", "--exit-code",
    "--site", "https://perf.example.org",
)  # fmt: skip


def without_cache() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "GWAS_CACHE"}


@pytest.fixture
def week(checkout: Path, command: Callable, monkeypatch: pytest.MonkeyPatch) -> Iterator[Week]:
    web = Web()
    monkeypatch.setenv("GWAS_HOOK_TOY", f"{web.url}/secret-toy")
    monkeypatch.setenv("GWAS_HOOK_OPERATOR", f"{web.url}/secret-operator")
    with running(web.server):
        yield Week(checkout, command, web)


def test_a_week(week: Week, toy: Upstream, command: Callable) -> None:
    """Each planted change is told once, with its commit, to whom it concerns, and nothing else."""
    for _ in range(5):
        toy.commit(1.0)
    assert week.night()[0] == 0  # the history, a plain night

    tenth = toy.commit(1.1)
    toy.commit(1.1, broken=True)
    toy.commit(1.1)
    code, _ = week.night()
    assert code == 10

    toy.commit(1.1)
    assert week.night()[0] == 0  # plain

    toy.commit(1.1)
    third = toy.commit(1.1 * 1.3)
    toy.commit(1.1 * 1.3)
    week.killed_night()
    assert week.night()[0] == 10

    (week.checkout / "benchmarks" / "machine.txt").write_text("1.5")
    for _ in range(2):  # nobody is told of what may be an outlier
        toy.commit(1.1 * 1.3)
    assert week.night()[0] == 0
    toy.commit(1.1 * 1.3)
    assert week.night()[0] == 12  # the machine, not the code

    tripled = toy.commit(1.1 * 1.3 * 3)
    toy.commit(1.1 * 1.3 * 3)
    assert week.night()[0] == 10

    toy.commit(1.1 * 1.3 * 3, broken=True)
    toy.commit(1.1 * 1.3 * 3)
    better = toy.commit(1.1 * 1.3)
    code, _ = week.night()
    assert code == 11

    told = week.told("toy")
    assert len(told) == 4, told
    for commit, change, text in zip(
        (tenth, third, tripled, better), ("slower", "slower", "slower", "faster"), told,
        strict=True,
    ):  # fmt: skip
        assert f"commit   {commit}" in text
        assert f"{change} at {commit[:8]}" in text.splitlines()[0]
    assert told[3].startswith("*fixed: ")
    (machine,) = week.told("operator")
    assert "machine" in machine

    listed = command("python", "-m", "tools", "alerts", "list").stdout
    assert listed.count("confirmed") == 4, listed  # two slow-downs, the machine, the improvement
    assert listed.count("resolved") == 1, listed
    feed = (week.checkout / "html" / "alerts.xml").read_text()
    assert feed.count("<entry>") == 5
    assert "https://perf.example.org/alerts.html?event=1" in feed
    kept = [path for part in ("html", "results", ".cache/logs", ".cache/locks")
            for path in (week.checkout / part).rglob("*") if path.is_file()]  # fmt: skip
    assert kept
    assert not [path for path in kept if b"/secret-" in path.read_bytes()]


def test_what_cannot_be_had_tonight_is_measured_the_next(
    week: Week, toy: Upstream, command: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A package index that does not answer, then a commit at which all fails."""
    newest = toy.commit(1.1 * 1.3)
    with monkeypatch.context() as offline:
        offline.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
        offline.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
        done = command(*NIGHT)
    assert done.returncode == 14, done.stdout
    assert "1 new commits could not be measured tonight" in done.stdout
    assert not list(week.checkout.glob(f"results/*/{newest[:8]}-*.json"))
    assert "measured 1 new commits" in week.night()[1]

    failing = toy.commit(1.0, text="def compute():\n    raise RuntimeError('no')\n")
    done = command(*NIGHT)
    assert done.returncode == 14, done.stdout
    assert f"toy {failing[:8]}: 1 benchmarks failed that did not at {newest[:8]}" in done.stdout
    assert week.night()[0] == 0  # it is not told again


def test_killed_commands_lose_nothing(week: Week, toy: Upstream) -> None:
    """Three moments; `python -m tests.integration.kill_moments` tries hundreds."""
    target = Target(week.checkout, toy, seed=1)
    target.prepare("publish")
    for name in ("run", "publish", "run"):
        target.kill(name)
