"""One night: update, measure what is new, look again at what stepped, publish, tell.

Each part saves as it goes, so a night that is killed anywhere loses the measurement that it was
at and nothing else; the next one goes on. The order is that of DESIGN: new commits first, then
what confirms and localises, then the gaps in the history. A share of the budget is kept for
repeats of one commit (A/A), which state our own error rate.
"""

from __future__ import annotations

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

from tools.alerts.bisection import OutOfBudget
from tools.alerts.closing import close_recovered, open_again
from tools.alerts.events import Event
from tools.alerts.store import Store
from tools.common import paths
from tools.common.errors import Interrupted, TrackerError, UnreachableError
from tools.environments import unused
from tools.environments.machine import measuring_lock
from tools.execution import asv_run
from tools.execution.measurement import Laboratory
from tools.nightly import outcomes
from tools.nightly.history import Found
from tools.nightly.investigation import Examining
from tools.nightly.measuring_part import Measuring
from tools.nightly.night_log import Voice
from tools.notify import message
from tools.notify.delivery import Telling
from tools.notify.message import Message
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Mirror

_FOR_NEW = 0.6  # of the budget, at most: what stepped must be looked at as well
_FOR_REPEATS = 0.1  # of the budget, kept for A/A


@dataclass(frozen=True)
class Night:
    """What a night needs to know."""

    conf: Config
    upstreams: Mapping[str, Upstream]
    tools: Sequence[str]  # those whose commits are measured
    store: Store
    telling: Telling
    stack: str
    bench: tuple[str, ...]  # asv's --bench: the nightly profile
    seconds: float  # the budget
    voice: Voice

    def run(self) -> list[tuple[Event, Message]]:
        """The whole night; returns what people were told of for the first time."""
        mirror = Mirror(paths.mirror_dir())
        with self._part("the upstreams were not updated"):
            self._update(mirror)
        begin = time.monotonic()  # a slow upstream takes nothing from the measurements
        until = begin + self.seconds
        measuring = Measuring(self.conf, self.store, self.stack, self.bench, self.voice)
        with self._part("what is new was not measured"):
            new = measuring.new(self._found(), begin + _FOR_NEW * self.seconds)
            if new:
                for line in outcomes.silent(self.conf, self.stack, self._found(), new):
                    self.voice.warn(line)
        before_repeats = until - _FOR_REPEATS * self.seconds
        with self._part("not all that stepped was looked at"):
            while self._look(mirror, before_repeats):
                if not measuring.gaps(self._found(), before_repeats):
                    break
        with self._part("nothing was repeated"):
            self._repeat(mirror, until)
        with self._part("no event was closed"):
            open_again(self.store, datetime.date.today())
            for event in close_recovered(self.store, self._found().lines):
                self.voice.say(f"event {event.id}: {self.store.history(event.id)[-1]['why']}")
        with self._part("unused environments were not removed"):
            self._remove_unused()
        with self._part("the site was not published"):
            asv_run.publish(self.telling.site)
        return self.telling.tell(mirror)

    @contextmanager
    def _part(self, failing: str) -> Iterator[None]:
        """One part of the night: where it fails, the others are tried, and people are told."""
        try:
            yield
        except Interrupted:
            raise
        except (TrackerError, UserError) as error:
            self.voice.warn(f"{failing}: {error}")
        except Exception as error:  # a mistake of ours must not keep back what is known
            traceback.print_exc()
            self.voice.warn(f"{failing}: {type(error).__name__}: {error}")

    def _update(self, mirror: Mirror) -> None:
        try:
            published = [self.upstreams[tool] for tool in self.conf.branches]
            for tool in mirror.update(published, say=self.voice.say):
                self.voice.warn(f"{tool} was not updated: only what is mirrored is known")
        except UnreachableError as error:
            self.voice.warn(f"{error}; using the mirrored commits")

    def _look(self, mirror: Mirror, until: float) -> bool:
        """Detect, confirm, localise and explain; False when the budget ended it."""
        found = self._found()
        if not found.series:
            self.voice.warn("there are no results, so there is nothing to look at")
            return False
        for event in found.record(self.store, frozenset(self.upstreams)):
            self.voice.say(f"candidate {event.id}: {message.subject(event)}")
        try:
            with self._examining(mirror, found, until) as examining:
                examining.confirm()
                examining.trace(Benchmarks.load(self.conf))
        except OutOfBudget:
            self.voice.say("the budget is spent; the next night goes on from here")
            return False
        except TrackerError as error:  # busy, or no network: what is found already is told
            self.voice.warn(f"{error}; the next night looks again")
            return False
        return True

    def _repeat(self, mirror: Mirror, until: float) -> None:
        found = self._found()
        try:
            with self._examining(mirror, found, until) as examining:
                examining.repeat(found.newest_timings(self.stack))
        except OutOfBudget:
            self.voice.say("the budget ended the repeats")
        except TrackerError as error:
            self.voice.warn(f"{error}; nothing more is repeated tonight")

    @contextmanager
    def _examining(self, mirror: Mirror, found: Found, until: float) -> Iterator[Examining]:
        def budget() -> None:
            if time.monotonic() >= until:
                raise OutOfBudget

        laboratory = Laboratory(self.upstreams, mirror, self.stack, until)
        with measuring_lock(paths.ROOT / "env"):
            yield Examining(
                self.upstreams, mirror, found.lines, self.store, laboratory, self.stack,
                found.machine, budget, until, self.voice.say, self.voice.warn,
                partial(found.prune, self.store, frozenset(self.upstreams)),
            )  # fmt: skip

    def _remove_unused(self) -> None:
        count = unused.remove(paths.ROOT / "env")
        if count:
            self.voice.say(f"removed {count} environments, unused for {unused.DAYS:.0f} days")

    def _found(self) -> Found:
        return Found.read(self.conf, self.tools)
