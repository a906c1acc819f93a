"""The part of a night that asv does: new commits, and backfill."""

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

from asv.config import Config

from tools.alerts.store import Store
from tools.common import files, paths
from tools.execution import asv_run, cost_ledger
from tools.nightly import backfill, outcomes
from tools.nightly.history import History
from tools.nightly.night_log import NightLog

_AT_ONCE = 8  # commits of a run that backfills: then the night investigates what they show
_ENDED = (0, 2)  # asv's exit status at its end: all is well, or a benchmark failed


@dataclass(frozen=True)
class CommitRuns:
    """Measures commits with the nightly preset, and remembers which are done."""

    conf: Config
    store: Store
    stack: str
    bench: tuple[str, ...]  # asv's --bench
    log: NightLog

    def measure_new(self, history: History, until: float) -> list[str]:
        """Measure each tool's new commits and those that earlier nights began; returns them."""
        begun = self.store.nights(self.stack, history.machine)
        unbuilt = outcomes.unbuilt(self.stack).keys()
        pending = {commit for commit, done in begun.items() if not done} - unbuilt
        tried = (history.measured(self.stack) | begun.keys() | unbuilt) - pending
        commits = list(
            dict.fromkeys(  # two branches may share commits
                commit
                for branch in history.branches.values()
                for commit in backfill.new_commits(branch, tried, pending)
            )
        )
        if commits:
            self._run(history, commits, "new commits", until)
        return commits

    def backfill(self, history: History, until: float) -> bool:
        """Measure the commits that narrow most; False when there is no gap left, or no time."""
        begun = self.store.nights(self.stack, history.machine).keys()
        tried = history.measured(self.stack) | begun | outcomes.unbuilt(self.stack).keys()
        explained = {event.ends for event in self.store.all() if event.commit is not None}
        sureness = backfill.sureness(history.of_stack(self.stack), history.hashes)
        sureness = {ends: sure for ends, sure in sureness.items() if ends not in explained}
        oldest_first = [branch[::-1] for branch in history.branches.values()]
        commits = backfill.choose(oldest_first, tried, sureness, _AT_ONCE)
        if not commits:
            return False
        return self._run(history, commits, "commits in gaps of the history", until)

    def _run(self, history: History, commits: Sequence[str], what: str, until: float) -> bool:
        """Whether all were measured or do not build; what was measured is kept in any case."""
        left = until - time.monotonic()
        if left <= 0:
            return False
        self.store.begin_commits(self.stack, history.machine, commits)
        listed = paths.cache("logs", "nightly-commits.txt")
        files.write_text(listed, "\n".join(commits) + "\n")
        log = paths.cache("logs", "nightly-run.log")
        names = f"HASHFILE:{listed}"
        with asv_run.running(
            names,
            self.stack,
            self.bench,
            log,
            "--skip-existing-successful",
            ledger=cost_ledger.path(),  # one for the whole night
        ) as running:
            try:
                status = running.wait(left)
            except subprocess.TimeoutExpired:
                self.log.say(f"{what}: the budget ended the run; what was measured is kept")
                return False
        if status not in _ENDED:
            self.log.warn(
                f"{what}: asv ended with {status} ({log} says why):\n  {asv_run.log_tail(log)}"
            )
            return False
        result = outcomes.of(self.conf, self.stack, history.machine, commits)
        self.store.finish_commits(self.stack, history.machine, result.reached)
        self.log.say(f"measured {len(result.reached)} {what}")
        for commit in result.unbuilt:
            self.log.say(f"{commit[:8]} does not build")
        if result.missed:
            self.log.warn(
                f"{len(result.missed)} {what} could not be measured tonight, and are tried again "
                f"the next night ({result.missed[0][:8]}: {log} says why)"
            )
        return not result.missed
