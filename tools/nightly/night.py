"""One night: update, measure what is new, look again at what stepped, publish, tell.

Each part saves as it goes, so a night that is killed anywhere loses the measurement that it was
at and nothing else; the next one goes on. The order is that of DESIGN: new commits first, then
what confirms and localises, then the gaps in the history. A share of the budget is kept for
repeats of one commit (A/A), which state our own error rate.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from asv.benchmarks import Benchmarks
from asv.config import Config

from tools.alerts import message
from tools.alerts.closing import close_recovered, open_again
from tools.alerts.events import Event
from tools.alerts.localise import OutOfBudget
from tools.alerts.measure import Laboratory
from tools.alerts.message import Message
from tools.alerts.store import Store
from tools.common import paths, process
from tools.common.errors import TrackerError, UnreachableError
from tools.environments import unused
from tools.environments.machine import alone
from tools.measuring import asv_run
from tools.nightly.examining import Examining
from tools.nightly.found import Found
from tools.nightly.measuring import Measuring
from tools.nightly.telling import Telling
from tools.nightly.voice import Voice
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
        self._update(mirror)
        begin = time.monotonic()  # a slow upstream takes nothing from the measurements
        until = begin + self.seconds
        measuring = Measuring(self.store, self.stack, self.bench, self.voice)
        measuring.new(self._found(), begin + _FOR_NEW * self.seconds)
        before_repeats = until - _FOR_REPEATS * self.seconds
        while self._look(mirror, before_repeats):
            if not measuring.gaps(self._found(), before_repeats):
                break
        self._repeat(mirror, until)
        self._remove_unused()
        open_again(self.store, datetime.date.today())
        for event in close_recovered(self.store, self._found().lines):
            self.voice.say(f"event {event.id}: {self.store.history(event.id)[-1]['why']}")
        self._publish()
        return self.telling.tell(mirror)

    def _update(self, mirror: Mirror) -> None:
        try:
            published = [self.upstreams[tool] for tool in self.conf.branches]
            for tool in mirror.update(published, say=self.voice.say):
                self.voice.warn(f"{tool} was not updated: only what is mirrored is known")
        except UnreachableError as error:
            self.voice.warn(f"{error}; going on with what is mirrored")

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
                examining.repeat(found.newest_timings(self.stack), until)
        except OutOfBudget:
            self.voice.say("the budget ended the repeats")
        except TrackerError as error:
            self.voice.warn(f"{error}; nothing more is repeated tonight")

    @contextmanager
    def _examining(self, mirror: Mirror, found: Found, until: float) -> Iterator[Examining]:
        def budget() -> None:
            if time.monotonic() >= until:
                raise OutOfBudget

        laboratory = Laboratory(self.upstreams, mirror, self.stack)
        with alone(paths.ROOT / "env"):
            yield Examining(
                self.upstreams, mirror, found.lines, self.store, laboratory, self.stack,
                found.machine, budget, self.voice.say,
                partial(found.prune, self.store, frozenset(self.upstreams)),
            )  # fmt: skip

    def _remove_unused(self) -> None:
        try:
            count = unused.remove(paths.ROOT / "env")
        except (TrackerError, OSError) as error:
            self.voice.warn(f"what was not used for long is still there: {error}")
        else:
            if count:
                self.voice.say(f"removed {count} environments, unused for {unused.DAYS:.0f} days")

    def _found(self) -> Found:
        return Found.read(self.conf, self.tools)

    def _publish(self) -> None:
        try:
            asv_run.publish(self.telling.site)
        except process.ProgramError as error:
            self.voice.warn(f"the site was not published: {error}")
