"""One night: update, measure new commits, investigate events, backfill, publish, notify.

Each part saves as it goes. A night that is killed loses the measurement that was running, and the
next night continues there. New commits go first, then the investigation, then backfill. A share of
the budget is kept for repeats of one commit (A/A), which show the detector's own error rate.
"""

import datetime
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.util import UserError

from tools.alerts import backup
from tools.alerts.bisection import OutOfBudget
from tools.alerts.closing import end_suppressions, resolve_recovered
from tools.alerts.events import Event
from tools.alerts.store import Store
from tools.common import paths
from tools.common.errors import Interrupted, TrackerError, UnreachableError
from tools.environments import unused
from tools.environments.machine import measuring_lock
from tools.execution import asv_run
from tools.execution.measurement import Laboratory
from tools.nightly import outcomes
from tools.nightly.commit_runs import CommitRuns
from tools.nightly.history import History
from tools.nightly.investigation import Investigation
from tools.nightly.night_log import NightLog
from tools.notify import message
from tools.notify.delivery import Delivery
from tools.notify.message import Message
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Mirror

_FOR_NEW = 0.6  # of the budget, at most: the rest is for the investigation
_FOR_REPEATS = 0.1  # of the budget, kept for A/A
NOT_SENT = "notifications were not sent"


@dataclass(frozen=True)
class Night:
    """One night; `run` does all of it."""

    conf: Config
    upstreams: Mapping[str, Upstream]
    tools: Sequence[str]  # those whose commits are measured
    store: Store
    delivery: Delivery
    stack: str
    bench: tuple[str, ...]  # asv's --bench: the nightly preset
    seconds: float  # the budget
    log: NightLog

    def run(self) -> list[tuple[Event, Message]]:
        """The whole night; returns the events of its digest, with their messages."""
        mirror = Mirror(paths.mirror_dir())
        with self._part("the upstreams were not updated"):
            self._update(mirror)
        begin = time.monotonic()  # a slow upstream takes nothing from the measurements
        until = begin + self.seconds
        runs = CommitRuns(self.conf, self.store, self.stack, self.bench, self.log)
        with self._part("new commits were not measured"):
            new = runs.measure_new(self._history(), begin + _FOR_NEW * self.seconds)
            if new:
                for line in outcomes.losses(self.conf, self.stack, self._history(), new):
                    self.log.warn(line)
        before_repeats = until - _FOR_REPEATS * self.seconds
        with self._part("the events were not investigated"):
            while self._investigate(mirror, before_repeats):
                if not runs.backfill(self._history(), before_repeats):
                    break
        with self._part("no commit was repeated"):
            self._repeat(mirror, until)
        with self._part("recovered events were not resolved"):
            end_suppressions(self.store, datetime.date.today())
            for event in resolve_recovered(self.store, self._history().branches):
                self.log.say(f"event {event.id}: {self.store.history(event.id)[-1]['why']}")
        with self._part("unused environments were not removed"):
            self._remove_unused()
        with self._part("the site was not published"):
            asv_run.publish(self.delivery.site)
        digest: list[tuple[Event, Message]] = []
        with self._part(NOT_SENT):
            digest = self.delivery.deliver(mirror)
        with self._part("the alerts database was not copied"):
            backup.save(self.store.path)
        return digest

    @contextmanager
    def _part(self, failure: str) -> Iterator[None]:
        """One part of the night: if it fails, the digest says so, and the other parts go on."""
        with self.log.part(failure):
            try:
                yield
            except Interrupted:
                raise
            except (TrackerError, UserError) as error:
                self.log.warn(f"{failure}: {error}")
            except Exception as error:  # a bug of ours must not keep back what is known
                traceback.print_exc()
                self.log.warn(f"{failure}: {type(error).__name__}: {error}")

    def _update(self, mirror: Mirror) -> None:
        try:
            published = [self.upstreams[tool] for tool in self.conf.branches]
            for tool in mirror.update(published, say=self.log.say):
                self.log.warn(f"{tool} was not updated: only what is mirrored is known")
        except UnreachableError as error:
            self.log.warn(f"{error}; using the mirrored commits")

    def _investigate(self, mirror: Mirror, until: float) -> bool:
        """Detect, confirm, localise and explain; False when the budget, or an error, ended it."""
        history = self._history()
        if not history.series:
            self.log.warn("there are no results to investigate")
            return False
        for event in history.record(self.store, frozenset(self.upstreams)):
            self.log.say(f"candidate {event.id}: {message.subject(event)}")
        try:
            with self._investigation(mirror, history, until) as investigation:
                investigation.confirm()
                investigation.trace(Benchmarks.load(self.conf))
        except OutOfBudget:
            self.log.say("the budget is spent; the next night continues here")
            return False
        except TrackerError as error:  # busy, or no network: other parts go on
            self.log.warn(f"{error}; the next night tries again")
            return False
        return True

    def _repeat(self, mirror: Mirror, until: float) -> None:
        history = self._history()
        try:
            with self._investigation(mirror, history, until) as investigation:
                investigation.repeat(history.newest_timings(self.stack))
        except OutOfBudget:
            self.log.say("the budget ended the repeats")
        except TrackerError as error:
            self.log.warn(f"{error}; no more repeats tonight")

    @contextmanager
    def _investigation(
        self, mirror: Mirror, history: History, until: float
    ) -> Iterator[Investigation]:
        def budget() -> None:
            if time.monotonic() >= until:
                raise OutOfBudget

        laboratory = Laboratory(self.upstreams, mirror, self.stack, until)
        with measuring_lock(paths.ROOT / "env"):
            yield Investigation(
                self.upstreams, mirror, history.branches, self.store, laboratory, self.stack,
                history.machine, budget, until, self.log.say, self.log.warn,
                partial(history.prune, self.store, frozenset(self.upstreams)),
            )  # fmt: skip

    def _remove_unused(self) -> None:
        count = unused.remove(paths.ROOT / "env")
        if count:
            self.log.say(f"removed {count} environments, unused for {unused.DAYS:.0f} days")

    def _history(self) -> History:
        return History.read(self.conf, self.tools)
