"""The part of a night that asv does: new commits, and the gaps in the history."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

from asv.config import Config

from tools.alerts.store import Store
from tools.common import files, paths
from tools.execution import asv_run, cost_ledger
from tools.nightly import backfill, outcomes
from tools.nightly.history import Found
from tools.nightly.night_log import Voice

_AT_ONCE = 8  # commits of a run that fills gaps: then it is looked at what they show
_ENDED = (0, 2)  # asv's exit status at its end: all is well, or a benchmark failed


@dataclass(frozen=True)
class Measuring:
    """Measures commits at the nightly profile, and remembers which are done."""

    conf: Config
    store: Store
    stack: str
    bench: tuple[str, ...]  # asv's --bench
    voice: Voice

    def new(self, found: Found, until: float) -> list[str]:
        """What is new on each tool's line, and what earlier nights had begun of it; returns it."""
        begun = self.store.nights(self.stack)
        unbuilt = outcomes.unbuilt(self.stack).keys()
        pending = {commit for commit, done in begun.items() if not done} - unbuilt
        known = (found.measured(self.stack) | begun.keys() | unbuilt) - pending
        commits = [
            commit
            for line in found.lines.values()
            for commit in backfill.new_commits(line, known, pending)
        ]
        if commits:
            self._run(found, commits, "new commits", until)
        return commits

    def gaps(self, found: Found, until: float) -> bool:
        """The commits that teach most; False when there is no gap left, or no time."""
        begun = self.store.nights(self.stack).keys()
        known = found.measured(self.stack) | begun | outcomes.unbuilt(self.stack).keys()
        seen = backfill.visible(found.of_stack(self.stack), found.hashes)
        explained = {event.ends for event in self.store.all() if event.commit is not None}
        lines = [line[::-1] for line in found.lines.values()]
        seen = {ends: sure for ends, sure in seen.items() if ends not in explained}
        commits = backfill.choose(lines, known, seen, _AT_ONCE)
        return bool(commits) and self._run(found, commits, "commits in gaps of the history", until)

    def _run(self, found: Found, commits: Sequence[str], what: str, until: float) -> bool:
        """Whether all were measured or do not build; what was measured is kept in any case."""
        left = until - time.monotonic()
        if left <= 0:
            return False
        self.store.begin(self.stack, commits)
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
                self.voice.say(f"{what}: ended by the budget; what was measured is kept")
                return False
        if status not in _ENDED:
            self.voice.warn(f"{what}: asv ended with {status}:\n  {asv_run.log_tail(log)}")
            return False
        became = outcomes.of(self.conf, self.stack, found.machine, commits)
        self.store.done(self.stack, became.reached)
        self.voice.say(f"measured {len(became.reached)} {what}")
        for commit in became.unbuilt:
            self.voice.say(f"{commit[:8]} does not build")
        if became.missed:
            self.voice.warn(
                f"{len(became.missed)} {what} could not be measured tonight, and are tried again "
                f"the next night ({became.missed[0][:8]}: {log} says why)"
            )
        return not became.missed
