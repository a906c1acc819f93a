"""Commands that are killed at random moments, and what is left of results and site each time.

    python -m tests.integration.kill_moments [--moments 200] [--seed N] [--folder FOLDER]

Makes a checkout with a made upstream of its own, and kills (signal 9) `asv run`, `asv publish`,
`python -m tools alerts ack` and `python -m tools nightly` at random moments. After each kill all
files below results/ and html/ must be readable, and have what was there before. Ends with 1 at
the first moment that lost something.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from asv.results import iter_results
from asv.runner import BenchmarkResult

from tests.alerts.servers import Web, running
from tests.integration.conftest import make_checkout
from tests.integration.toy import Upstream, track
from tools.environments import locks
from tools.execution import asv_run

COMMITS = 4  # that `asv run` measures, again and again
BALLAST = 500  # other benchmarks in each result file
SHARES = {"run": 10, "publish": 4, "ack": 3, "nightly": 3}  # of the moments
_TOOLS = (sys.executable, "-m", "tools")


class Lost(AssertionError):
    """Something that was measured or decided is gone, or a file is not whole."""


@dataclass
class State:
    """What a checkout holds."""

    numbers: set[tuple[str, str, int]] = field(default_factory=set)  # file, benchmark, index
    lines: dict[Path, list[str]] = field(default_factory=dict)  # of provenance
    decisions: list[tuple[Any, ...]] = field(default_factory=list)  # histories of events

    @classmethod
    def read(cls, root: Path) -> State:
        """The state of a checkout; Lost where a file is not whole."""
        state = cls()
        results = root / "results"
        for path in results.rglob("*.json"):
            _json(path)
        for result in iter_results(str(results)):
            for name in result.get_all_result_keys():
                params = result.get_result_params(name)
                for at, value in enumerate(result.get_result_value(name, params)):
                    if value is not None and not math.isnan(value):
                        state.numbers.add((result._filename, name, at))
        listed = set(results.glob("*/????????-*.json"))
        if len(listed) != len(list(iter_results(str(results)))):
            raise Lost("a result file is skipped")
        for path in results.glob("*/provenance/*.jsonl"):
            state.lines[path] = path.read_text().splitlines()
            for line in state.lines[path]:
                json.loads(line)
        for path in results.glob("locks/*.txt"):
            if locks.sha(path.read_text()) != path.stem:
                raise Lost(f"{path} is not whole")
        if (results / "alerts.sqlite").exists():
            with closing(sqlite3.connect(results / "alerts.sqlite")) as database:
                if database.execute("pragma integrity_check").fetchall() != [("ok",)]:
                    raise Lost("the database is damaged")
                state.decisions = database.execute("select * from history").fetchall()
        _check_site(root / "html")
        return state

    def check(self, before: State) -> None:
        """Lost where less is here than was before."""
        if gone := before.numbers - self.numbers:
            raise Lost(f"values are gone: {sorted(gone)}")
        for path, lines in before.lines.items():
            if self.lines.get(path, [])[: len(lines)] != lines:
                raise Lost(f"{path} lost lines")
        if self.decisions[: len(before.decisions)] != before.decisions:
            raise Lost("events lost their history")


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise Lost(f"{path} is not whole: {error}") from None


def _check_site(html: Path) -> None:
    """All JSON is whole, and each graph of the index is there."""
    if not (html / "index.json").exists():
        return
    index = _json(html / "index.json")
    for path in html.rglob("*.json"):
        if not any(part.startswith(".new-") for part in path.parts):
            _json(path)
    for name in index["benchmarks"]:
        if not list(html.glob(f"graphs/**/{name}.json")):
            raise Lost(f"the site has no graph of {name}")
    for page in ("index.html", "alerts.html", "study.html"):
        if not (html / page).read_text().rstrip().endswith("</html>"):
            raise Lost(f"{page} is not whole")


class Target:
    """A checkout whose commands are killed."""

    def __init__(self, root: Path, upstream: Upstream, seed: int) -> None:
        self.root, self.upstream, self._chance = root, upstream, random.Random(seed)
        self._seconds: dict[str, float] = {}  # that a command takes when nobody kills it
        self._decided = 0
        self.state = State()

    def prepare(self, *commands: str) -> None:
        """Run commands to their end: `upstreams`, `run`, then those that are to be killed."""
        commits = [self.upstream.commit(1.0) for _ in range(COMMITS)]
        (self.root / "commits.txt").write_text("\n".join(commits))
        for name in ("upstreams", "run", *commands):
            started = time.monotonic()
            done = self._start(name)
            output, _ = done.communicate(timeout=900)
            if done.returncode != 0:
                sys.exit(f"{name} ended with {done.returncode}:\n{output}")
            self._seconds[name] = time.monotonic() - started
            if left := list(self.root.glob(".cache/work/*/*")):
                sys.exit(f"{name} left scratch folders: {left}")
            if name == "run":
                self._add_ballast()
        self.state = State.read(self.root)
        assert self.state.numbers

    def _add_ballast(self) -> None:
        """Add old values to each result file: writing a large file takes longer."""
        for result in list(iter_results(str(self.root / "results"))):
            for at in range(BALLAST):
                benchmark = {"name": f"old.Toy.time_{at}", "params": [], "version": "1"}
                samples = [self._chance.random() for _ in range(20)]
                answer = BenchmarkResult([True], [samples], [1], 0, "", None)
                result.add_result(benchmark, answer, record_samples=True)
            result.save(str(self.root / "results"))

    def kill(self, name: str) -> bool:
        """Kill a command at a random moment, and check what is left; whether it still ran."""
        if name == "nightly":
            self.upstream.commit(self._chance.choice([1.0, 1.5]))
        started = time.monotonic()
        process = self._start(name)
        with suppress(subprocess.TimeoutExpired):
            process.wait(self._chance.uniform(0, self._seconds[name]))
        tree = []
        with suppress(psutil.NoSuchProcess):
            tree = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        output, _ = process.communicate()
        _, alive = psutil.wait_procs(tree, timeout=30)
        if alive:
            raise Lost(f"{name} left processes: {alive}")
        was_killed = process.returncode == -signal.SIGKILL
        if not was_killed:
            self._seconds[name] = time.monotonic() - started
        if not was_killed and process.returncode not in (0, 2):
            raise Lost(f"{name} ended with {process.returncode}:\n{output}")
        state = State.read(self.root)
        state.check(self.state)
        if name == "ack" and not was_killed and len(state.decisions) == len(self.state.decisions):
            raise Lost("a decision was reported, and is not there")
        self.state = state
        return was_killed

    def _start(self, name: str) -> subprocess.Popen[str]:
        commands: dict[str, tuple[str, ...]] = {
            "upstreams": (*_TOOLS, "upstreams", "update"),
            "nightly": (*_TOOLS, "nightly", "--hours", "0.3", "--bench", "toy_task",
                        "--site", "https://perf.example.org"),
            "run": (
                asv_run.asv(), "run", "HASHFILE:commits.txt", "-E", asv_run.environment("frozen"),
                "--no-pull", "--record-samples",
            ),
            "publish": (asv_run.asv(), "publish", "--no-pull"),
        }  # fmt: skip
        if name == "ack":
            self._decided += 1
            why = ("--why", f"decision {self._decided}")
            action = self._action()
            commands["ack"] = (*_TOOLS, "alerts", action, "1", *why)
        kept = {name: value for name, value in os.environ.items() if name != "GWAS_CACHE"}
        if name == "run":
            commands["run"] += ("--bench", "toy_task")
        return subprocess.Popen(
            commands[name], cwd=self.root, env={**kept, "GWAS_NO_PULL": "1"}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

    def _action(self) -> str:
        """Acknowledge the event or withdraw that, whichever its state allows."""
        with closing(sqlite3.connect(self.root / "results" / "alerts.sqlite")) as database:
            (state,) = database.execute("select state from event where id = 1").fetchone()
        return "reopen" if state == "acknowledged" else "ack"


def make(folder: Path, seed: int) -> Target:
    """A checkout in an empty folder, ready to be killed."""
    (folder / "checkout").mkdir()
    root = make_checkout(folder / "checkout")
    target = Target(root, track(root, folder), seed)
    target.prepare()
    target.upstream.commit(1.5)  # an event to decide about
    target.prepare("nightly", "publish", "ack")
    assert target.state.decisions
    return target


def main() -> None:
    """Kill so many commands; print what was killed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    web = Web()
    os.environ["GWAS_HOOK_TOY"] = os.environ["GWAS_HOOK_OPERATOR"] = web.url
    with (
        running(web.server),
        tempfile.TemporaryDirectory(prefix="gwas-kill-") as folder,
    ):
        target = make(Path(folder), args.seed)
        killed: Counter[str] = Counter()
        names = chance.choices(list(SHARES), list(SHARES.values()), k=args.moments)
        for number, name in enumerate(names, start=1):
            try:
                killed[name] += target.kill(name)
            except Lost as lost:
                sys.exit(f"moment {number}, {name}: {lost}")
            if number % 10 == 0:
                print(f"{number} moments, {len(target.state.numbers)} values", flush=True)
    for name, count in Counter(names).items():
        print(f"{name:8} {count:4} moments, {killed[name]:4} while it ran")
    print("nothing was lost")


if __name__ == "__main__":
    main()
